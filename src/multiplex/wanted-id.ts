import { BACKSLASH, CAPITAL_E, DOT, LETTER_E, MINUS, QUOTE, ZERO } from '../../workers/ascii.js';
import { MAX_PARSED_SPELLINGS } from '../limits.js';
import { meaningOf } from '../session/request-id.js';

/**
 * An id or token, as JSON text, that others are compared with: by their bytes, or by what they
 * mean, for a string or number has many spellings. One that is neither equals nothing but its
 * bytes, and so does a number that is not exact: beyond 2^53 different ones would be equal.
 */
export class WantedId {
  readonly #bytes: Uint8Array;
  /** What it means; null where it is neither string nor number, or no exact one. */
  readonly #value: string | number | null;
  /** The usual spelling of that. */
  readonly #usual: Uint8Array;
  #parsesLeft = MAX_PARSED_SPELLINGS;

  /** `text` must not change afterwards. */
  constructor(text: Uint8Array) {
    this.#bytes = text;
    this.#value = meaningOf(Buffer.from(text).toString('utf8'));
    this.#usual = this.#value === null ? text : Buffer.from(JSON.stringify(this.#value));
  }

  /** Whether the text in [start, end) is the same, byte for byte. */
  isExactly(bytes: Uint8Array, start: number, end: number): boolean {
    return isEqual(this.#bytes, bytes, start, end);
  }

  /**
   * Whether the text in [start, end) means the same; of unusual spellings so many are looked at and
   * no more.
   */
  isMeantBy(bytes: Uint8Array, start: number, end: number): boolean {
    if (this.#value === null) return this.isExactly(bytes, start, end);
    if (isEqual(this.#usual, bytes, start, end)) return true;
    if (!mayBeUnusual(bytes, start, end) || this.#parsesLeft === 0) return false;
    this.#parsesLeft--;
    return meaningOf(Buffer.from(bytes.subarray(start, end)).toString('utf8')) === this.#value;
  }
}

function isEqual(wanted: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (wanted.length !== end - start) return false;
  // From the end: ids that are counted differ there.
  for (let i = wanted.length - 1; i >= 0; i--) {
    if (wanted[i] !== bytes[start + i]) return false;
  }
  return true;
}

/** Escapes make strings so; fractions, exponents and minus zero numbers. */
function mayBeUnusual(bytes: Uint8Array, start: number, end: number): boolean {
  const isString = bytes[start] === QUOTE;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (isString ? c === BACKSLASH : c === DOT || c === LETTER_E || c === CAPITAL_E) return true;
  }
  return end - start === 2 && bytes[start] === MINUS && bytes[start + 1] === ZERO;
}
