import { isDeepStrictEqual } from 'node:util';
import { usageError } from '../../errors.js';
import { didYouMean } from '../../options/did-you-mean.js';

/**
 * The part of JSON Schema (2020-12) that says what a reply looks like. A schema with
 * another keyword is refused: a check that is silently left out is worse than none.
 */
type Check = (argument: unknown, value: unknown, schema: Schema) => boolean;
type Schema = Readonly<Record<string, unknown>>;

const ANNOTATIONS = ['$schema', '$id', '$comment', 'title', 'description', 'default', 'examples'];

const CHECKS: Readonly<Record<string, Check>> = {
  type: (types, value) => [types].flat().some((type) => hasType(value, type)),
  const: (wanted, value) => isDeepStrictEqual(value, wanted),
  enum: (wanted, value) => list(wanted).some((one) => isDeepStrictEqual(value, one)),
  minimum: (bound, value) => typeof value !== 'number' || value >= Number(bound),
  maximum: (bound, value) => typeof value !== 'number' || value <= Number(bound),
  exclusiveMinimum: (bound, value) => typeof value !== 'number' || value > Number(bound),
  exclusiveMaximum: (bound, value) => typeof value !== 'number' || value < Number(bound),
  minLength: (bound, value) => typeof value !== 'string' || codePoints(value) >= Number(bound),
  maxLength: (bound, value) => typeof value !== 'string' || codePoints(value) <= Number(bound),
  pattern: (source, value) =>
    typeof value !== 'string' || new RegExp(String(source), 'u').test(value),
  minItems: (bound, value) => !Array.isArray(value) || value.length >= Number(bound),
  maxItems: (bound, value) => !Array.isArray(value) || value.length <= Number(bound),
  items: (schema, value) => !Array.isArray(value) || value.every((item) => conforms(item, schema)),
  required: (names, value) =>
    !isObject(value) || list(names).every((name) => Object.hasOwn(value, String(name))),
  properties: (schemas, value) =>
    !isObject(value) ||
    Object.entries(schemas as Schema).every(
      ([name, schema]) => !Object.hasOwn(value, name) || conforms(value[name], schema),
    ),
  additionalProperties: (schema, value, { properties }) =>
    !isObject(value) ||
    Object.keys(value).every(
      (name) => Object.hasOwn(properties ?? {}, name) || conforms(value[name], schema),
    ),
  allOf: (schemas, value) => list(schemas).every((schema) => conforms(value, schema)),
  anyOf: (schemas, value) => list(schemas).some((schema) => conforms(value, schema)),
  oneOf: (schemas, value) => list(schemas).filter((schema) => conforms(value, schema)).length === 1,
  not: (schema, value) => !conforms(value, schema),
};

/** Whether a value is as the schema says. The schema must have passed checkSchema. */
export function conforms(value: unknown, schema: unknown): boolean {
  if (typeof schema === 'boolean') return schema;
  const keywords = schema as Schema;
  for (const [keyword, argument] of Object.entries(keywords)) {
    const check = CHECKS[keyword];
    if (check !== undefined && !check(argument, value, keywords)) return false;
  }
  return true;
}

/** @throws SluiceError SLUICE_ERR_USAGE where the schema is none, or says something that conforms() does not know. */
export function checkSchema(schema: unknown, where = 'the schema'): void {
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) throw usageError(`${where} is not a JSON Schema: not an object`);
  for (const [keyword, argument] of Object.entries(schema)) {
    if (ANNOTATIONS.includes(keyword)) continue;
    if (!(keyword in CHECKS)) {
      const known = Object.keys(CHECKS);
      const hint = didYouMean(keyword, known, { otherwise: `; ${known.join(', ')} are` });
      throw usageError(`${where} uses "${keyword}", which is not supported${hint}`);
    }
    for (const part of subschemas(keyword, argument)) checkSchema(part, where);
  }
}

function subschemas(keyword: string, argument: unknown): readonly unknown[] {
  if (keyword === 'properties') return isObject(argument) ? Object.values(argument) : [argument];
  if (['items', 'additionalProperties', 'not'].includes(keyword)) return [argument];
  return ['allOf', 'anyOf', 'oneOf'].includes(keyword) ? list(argument) : [];
}

/** JSON Schema counts characters as RFC 8259 does: code points, not UTF-16 units. */
function codePoints(text: string): number {
  return Array.from(text).length;
}

function hasType(value: unknown, type: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [value];
}
