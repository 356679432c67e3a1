import { Ajv, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { messageOf, usageError } from '../../errors.js';

// A check that is silently left out is worse than none: what Ajv does not know is refused.
const OPTIONS = { strictSchema: true, strictTypes: false, strictTuples: false };

const DRAFT_07 = /^http:..json-schema.org.draft-07.schema#?$/;

const compiled = new WeakMap<object, ValidateFunction>();

/**
 * Whether a value is as the schema (2020-12, or draft-07 where its $schema says so) says. The
 * schema must have passed checkSchema.
 */
export function conforms(value: unknown, schema: unknown): boolean {
  return typeof schema === 'boolean' ? schema : validatorOf(schema as object)(value);
}

/**
 * @throws SluiceError SLUICE_ERR_USAGE where the schema is none, or says what cannot be checked.
 */
export function checkSchema(schema: unknown, where: string): void {
  if (typeof schema === 'boolean') return;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw usageError(`${where} is not a JSON Schema: not an object`);
  }
  try {
    // An asynchronous one answers with a promise, which is no answer here.
    if ('$async' in validatorOf(schema)) throw new Error('"$async" is not supported');
  } catch (error) {
    throw usageError(`${where} is no JSON Schema that can be checked: ${messageOf(error)}`);
  }
}

/** Each schema is compiled once in each thread. */
function validatorOf(schema: object): ValidateFunction {
  const known = compiled.get(schema);
  if (known !== undefined) return known;
  const { $schema } = schema as { $schema?: unknown };
  const isDraft07 = typeof $schema === 'string' && DRAFT_07.test($schema);
  // One of its own for each: two schemas may have the same $id.
  const validator = new (isDraft07 ? Ajv : Ajv2020)(OPTIONS).compile(schema);
  compiled.set(schema, validator);
  return validator;
}
