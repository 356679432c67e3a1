import { ZERO } from '../../workers/ascii.js';
import { ID_END, ID_START, IN_OFFSET } from '../../workers/batch-layout.js';
import { MAX_PLAIN_DIGITS } from '../../workers/id-hash.js';
import type { Batch } from '../lane/batch.js';

/**
 * A request's id. An integer of at most MAX_PLAIN_DIGITS digits, as nearly every client sends them, is a
 * number: its only spelling, so String() gives its JSON text. Any other id is its JSON text.
 */
export type RequestId = number | string;

/** Strings without an escape have one spelling, too. */
const PLAIN_STRING = /^"[^"\\]*"$/;

/** The id of frame `index`, which has one. */
export function frameId(batch: Batch, index: number): RequestId {
  const start = batch.word(index, IN_OFFSET);
  const from = start + batch.word(index, ID_START);
  const number = plainInteger(batch.bytes, from, start + batch.word(index, ID_END));
  return number < 0 ? idText(batch, index) : number;
}

/** The id of frame `index` as JSON text; '' where it has none. */
export function idText(batch: Batch, index: number): string {
  const bytes = batch.part(index, ID_START);
  return Buffer.from(bytes).toString('utf8');
}

/**
 * The same for all spellings of an id: `1.0` is `1`. Ids that are not exact equal their own
 * spelling alone.
 */
export function idKey(id: RequestId): RequestId {
  if (typeof id === 'number' || PLAIN_STRING.test(id)) return id;
  const value = meaningOf(id);
  return typeof value === 'string' ? JSON.stringify(value) : (value ?? id);
}

/**
 * What an id or token, as JSON text, means; null where it is neither a string nor an exact number.
 */
export function meaningOf(text: string): string | number | null {
  // An array or object may be long, and is not parsed to be none.
  if (!/^["\d-]/.test(text)) return null;
  const value = JSON.parse(text) as string | number;
  // Beyond 2^53 different ones would get the same number.
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? null : value;
}

/** The integer that these bytes spell; -1 where they are anything else. */
function plainInteger(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > MAX_PLAIN_DIGITS) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
