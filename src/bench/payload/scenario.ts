import { usageError } from '../../errors.js';
import { didYouMean } from '../../options/did-you-mean.js';
import { benchDurationMs } from '../options/bench-duration.js';
import { checkSchema } from '../replies/json-schema.js';
import type {
  ExpectedResultSpec,
  HandshakeStep,
  MessageSpec,
  ServerAnswer,
  ServerAnswers,
  ThinkTime,
} from './message-spec.js';

/** What a scenario file says; what it leaves out is null. */
export interface Scenario {
  readonly handshake: readonly HandshakeStep[] | null;
  readonly messages: readonly MessageSpec[] | null;
  readonly thinkTime: ThinkTime | null;
  readonly answers: ServerAnswers | null;
  readonly seed: number | null;
}

type Members = Readonly<Record<string, unknown>>;

/**
 * Reads a scenario (docs/bench.md). @throws SluiceError SLUICE_ERR_USAGE that says where it is
 * wrong.
 */
export function parseScenario(value: unknown, path: string): Scenario {
  const known = ['handshake', 'mix', 'thinkTime', 'answers', 'seed'];
  const { handshake, mix, thinkTime, answers, seed } = members(value, path, known);
  if (seed !== undefined && !Number.isInteger(seed)) {
    throw usageError(`${path}: "seed" is not a whole number`);
  }
  return {
    handshake: handshake === undefined ? null : list(handshake, `${path}: handshake`).map(stepOf),
    messages: mix === undefined ? null : mixOf(mix, `${path}: mix`),
    thinkTime: thinkTime === undefined ? null : thinkTimeOf(thinkTime, `${path}: thinkTime`),
    answers: answers === undefined ? null : answersOf(answers, `${path}: answers`),
    seed: seed === undefined ? null : Number(seed),
  };
}

function stepOf([value, where]: [unknown, string]): HandshakeStep {
  const step = members(value, where, ['method', 'params', 'notification']);
  return messageOf(step, where);
}

function mixOf(value: unknown, where: string): readonly MessageSpec[] {
  const messages = list(value, where).map(([entry, place]) => {
    const known = ['method', 'params', 'notification', 'weight', 'expectResult', 'expectSchema'];
    const message = members(entry, place, known);
    const { weight = 1 } = message;
    if (typeof weight !== 'number' || !(weight > 0)) {
      throw usageError(`${place}: "weight" is not a number above 0`);
    }
    return { ...messageOf(message, place), weight, expectedResult: expectedOf(message, place) };
  });
  if (messages.every((message) => message.isNotification)) {
    throw usageError(`${where} needs at least one request`);
  }
  return messages;
}

function messageOf(message: Members, where: string): HandshakeStep {
  const { method, params, notification = false } = message;
  if (typeof method !== 'string') throw usageError(`${where}: "method" is not a string`);
  if (typeof notification !== 'boolean') {
    throw usageError(`${where}: "notification" is not true or false`);
  }
  return {
    method,
    ...(params === undefined ? {} : { params: checkParams(params, where) }),
    isNotification: notification,
  };
}

function checkParams(params: unknown, where: string): unknown {
  if (typeof params === 'object' && params !== null) return params;
  throw usageError(`${where}: "params" is not an object or an array`);
}

function expectedOf(message: Members, where: string): ExpectedResultSpec | null {
  if ('expectSchema' in message) {
    checkSchema(message.expectSchema, `${where}: "expectSchema"`);
    return { kind: 'schema', schema: message.expectSchema };
  }
  return 'expectResult' in message ? { kind: 'equal', value: message.expectResult } : null;
}

function thinkTimeOf(value: unknown, where: string): ThinkTime {
  if (typeof value === 'string') {
    const ms = benchDurationMs(value, where);
    return { minMs: ms, maxMs: ms };
  }
  const { min, max } = members(value, where, ['min', 'max']);
  if (typeof min !== 'string' || typeof max !== 'string') {
    throw usageError(`${where} is a time such as "10ms", or {"min": "5ms", "max": "20ms"}`);
  }
  const range = { minMs: benchDurationMs(min, where), maxMs: benchDurationMs(max, where) };
  if (range.minMs > range.maxMs) throw usageError(`${where}: "min" is above "max"`);
  return range;
}

function answersOf(value: unknown, where: string): ServerAnswers {
  const answers = Object.entries(members(value, where, null)).map(([method, answer]) => {
    const place = `${where}: ${method}`;
    const { result, error } = members(answer, place, ['result', 'error']);
    const isResult = error === undefined && result !== undefined;
    return [method, isResult ? { result } : { error: errorOf(error, place) }] as const;
  });
  return Object.fromEntries<ServerAnswer>(answers);
}

function errorOf(value: unknown, where: string): { code: number; message: string } {
  const { code, message } = members(value, where, ['code', 'message']);
  if (!Number.isInteger(code) || typeof message !== 'string') {
    throw usageError(`${where} needs a "result", or an "error" with "code" and "message"`);
  }
  return { code: Number(code), message };
}

/** The members of an object, none of which is unknown (`known` null: any name goes). */
function members(value: unknown, where: string, known: readonly string[] | null): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw usageError(`${where} is not an object`);
  }
  for (const name of Object.keys(value)) {
    if (known === null || known.includes(name)) continue;
    const hint = didYouMean(name, known, { otherwise: `; it knows ${known.join(', ')}` });
    throw usageError(`${where} does not know "${name}"${hint}`);
  }
  return value as Members;
}

function list(value: unknown, where: string): [unknown, string][] {
  if (!Array.isArray(value)) throw usageError(`${where} is not an array`);
  return value.map((entry: unknown, i) => [entry, `${where}[${i}]`]);
}
