import { isUtf8 } from 'node:buffer';
import * as ascii from '../ascii.js';

// Constants of this module: V8 reads those of another one from memory at each use, which costs a
// tenth here.
const TAB = ascii.TAB;
const LF = ascii.LF;
const CR = ascii.CR;
const SPACE = ascii.SPACE;
const QUOTE = ascii.QUOTE;
const PLUS = ascii.PLUS;
const COMMA = ascii.COMMA;
const MINUS = ascii.MINUS;
const DOT = ascii.DOT;
const ZERO = ascii.ZERO;
const NINE = ascii.NINE;
const COLON = ascii.COLON;
const OPEN_BRACKET = ascii.OPEN_BRACKET;
const BACKSLASH = ascii.BACKSLASH;
const CLOSE_BRACKET = ascii.CLOSE_BRACKET;
const LETTER_E = ascii.LETTER_E;
const LETTER_F = ascii.LETTER_F;
const LETTER_N = ascii.LETTER_N;
const LETTER_T = ascii.LETTER_T;
const LETTER_U = ascii.LETTER_U;
const OPEN_BRACE = ascii.OPEN_BRACE;
const CLOSE_BRACE = ascii.CLOSE_BRACE;

/**
 * A validating JSON scanner over bytes (RFC 8259). It builds nothing: it only says
 * where a value ends, or where and why it is not JSON. Accepts exactly what
 * `JSON.parse` accepts in the UTF-8 decoding of the same bytes (lone surrogate
 * escapes, numbers of any size, any depth); a test holds the two together.
 *
 * JSON.parse itself is not used: it builds a tree that nobody reads, and a frame of
 * 16 MiB of `[` makes it take gigabytes. Here a level of nesting costs one bit.
 *
 * Micro benchmark: bench/kernel.bench.ts.
 */

/** Result of a scan that failed; `reason` and `errorAt` of the scanner say why and where. */
export const INVALID = -1;

/** For each byte: 1 where it may stand after a backslash (except `u`). */
const SIMPLE_ESCAPE = new Uint8Array(256);
for (const c of '"\\/bfnrt') SIMPLE_ESCAPE[c.charCodeAt(0)] = 1;

/** For each byte: 1 where it is a hexadecimal digit. */
const HEX = new Uint8Array(256);
for (const c of '0123456789abcdefABCDEF') HEX[c.charCodeAt(0)] = 1;

/** For each byte: 1 where a string goes on with it as it is (not a quote, backslash or control). */
const PLAIN = new Uint8Array(256).fill(1, SPACE);
PLAIN[QUOTE] = 0;
PLAIN[BACKSLASH] = 0;

export class JsonScanner {
  /** Why the last scan returned INVALID. */
  reason = '';
  /** Offset in `bytes` that `reason` is about; -1 where it is about the whole frame. */
  errorAt = 0;
  /** True once a scan since reset() met a raw CR or LF between tokens. */
  sawLineBreak = false;

  #bytes: Uint8Array = new Uint8Array(0);
  #end = 0;
  /** Bitwise or of all string bytes: above 0x7f where UTF-8 has to be checked. */
  #stringBits = 0;
  /** One bit for each open container: 1 object, 0 array. */
  #kinds = new Uint8Array(128);

  /** Begins with a new frame, which ends at `end`. The bytes are borrowed until the next reset. */
  reset(bytes: Uint8Array, end: number): void {
    this.#bytes = bytes;
    this.#end = end;
    this.#stringBits = 0;
    this.sawLineBreak = false;
    this.reason = '';
  }

  /** Whether the strings scanned since reset() in [start, end) are well-formed UTF-8. */
  isUtf8From(start: number): boolean {
    if (this.#stringBits < 0x80) return true;
    if (isUtf8(this.#bytes.subarray(start, this.#end))) return true;
    this.errorAt = -1;
    this.reason = 'not valid UTF-8';
    return false;
  }

  /** First offset at or after `at` that is not JSON whitespace; the end where there is none. */
  skipSpace(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = at;
    while (i < end) {
      const c = bytes[i]!;
      if (c > SPACE) break;
      if (c === LF || c === CR) this.sawLineBreak = true;
      else if (c !== SPACE && c !== TAB) break;
      i++;
    }
    return i;
  }

  /** Offset behind the string whose opening quote is at `at`. */
  skipString(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let bits = 0;
    let i = at + 1;
    while (i < end) {
      const c = bytes[i]!;
      bits |= c;
      if (PLAIN[c] === 1) {
        i++;
      } else if (c === QUOTE) {
        this.#stringBits |= bits;
        return i + 1;
      } else if (c === BACKSLASH) {
        i = this.#skipEscape(i);
        if (i === INVALID) return INVALID;
      } else {
        return this.#fail(i, 'control character in a string');
      }
    }
    return this.#fail(end, 'unterminated string');
  }

  /**
   * Offset behind the value that begins at `at` (no whitespace before it), its nested values
   * checked.
   */
  skipValue(at: number): number {
    const bytes = this.#bytes;
    let depth = 0;
    let i = at;
    for (;;) {
      const c = i < this.#end ? bytes[i]! : 0;
      if (c === QUOTE) {
        i = this.skipString(i);
      } else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
        const isObject = c === OPEN_BRACE;
        i = this.skipSpace(i + 1);
        const first = i < this.#end ? bytes[i]! : 0;
        if (first === (isObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          i++;
        } else {
          this.#open(depth++, isObject);
          if (isObject) i = this.#skipKey(i);
          if (i === INVALID) return INVALID;
          continue;
        }
      } else {
        i = this.#skipScalar(i, c);
      }
      if (i === INVALID) return INVALID;

      // A value has ended: close what ends with it, or go on to the next member.
      for (;;) {
        if (depth === 0) return i;
        i = this.skipSpace(i);
        const d = i < this.#end ? bytes[i]! : 0;
        const inObject = this.#isObject(depth - 1);
        if (d === COMMA) {
          i = this.skipSpace(i + 1);
          if (inObject) i = this.#skipKey(i);
          if (i === INVALID) return INVALID;
          break;
        }
        if (d !== (inObject ? CLOSE_BRACE : CLOSE_BRACKET)) {
          return this.unexpected(i, inObject ? '"," or "}"' : '"," or "]"');
        }
        depth--;
        i++;
      }
    }
  }

  /** From a member's key at `at` to its value: offset of the value's first byte. */
  #skipKey(at: number): number {
    if (at >= this.#end || this.#bytes[at] !== QUOTE) return this.unexpected(at, 'a member name');
    const keyEnd = this.skipString(at);
    return keyEnd === INVALID ? INVALID : this.skipColon(keyEnd);
  }

  /** From behind a key to its value: offset of the value's first byte. */
  skipColon(at: number): number {
    const i = this.skipSpace(at);
    if (i >= this.#end || this.#bytes[i] !== COLON) return this.unexpected(i, '":"');
    return this.skipSpace(i + 1);
  }

  /** Notes what stands at `at` instead of `expected`; returns INVALID. */
  unexpected(at: number, expected: string): number {
    if (at >= this.#end) return this.#fail(this.#end, `unexpected end, expected ${expected}`);
    const c = this.#bytes[at]!;
    const shown =
      c > SPACE && c < 0x7f
        ? `'${String.fromCharCode(c)}'`
        : `byte 0x${c.toString(16).padStart(2, '0')}`;
    return this.#fail(at, `unexpected ${shown}, expected ${expected}`);
  }

  #skipScalar(at: number, c: number): number {
    if (c === MINUS || (c >= ZERO && c <= NINE)) return this.#skipNumber(at);
    if (c === LETTER_T) return this.#skipWord(at, 'true');
    if (c === LETTER_F) return this.#skipWord(at, 'false');
    if (c === LETTER_N) return this.#skipWord(at, 'null');
    return this.unexpected(at, 'a value');
  }

  #skipWord(at: number, word: string): number {
    for (let k = 1; k < word.length; k++) {
      if (at + k >= this.#end || this.#bytes[at + k] !== word.charCodeAt(k)) {
        return this.unexpected(at + k, `"${word}"`);
      }
    }
    return at + word.length;
  }

  #skipNumber(at: number): number {
    const bytes = this.#bytes;
    const end = this.#end;
    let i = at;
    if (bytes[i] === MINUS) i++;
    if (i < end && bytes[i] === ZERO) i++;
    else i = this.#skipDigits(i);
    if (i !== INVALID && i < end && bytes[i] === DOT) i = this.#skipDigits(i + 1);
    if (i !== INVALID && i < end && (bytes[i]! | 0x20) === LETTER_E) {
      i++;
      if (i < end && (bytes[i] === PLUS || bytes[i] === MINUS)) i++;
      i = this.#skipDigits(i);
    }
    return i;
  }

  /** Offset behind at least one digit. */
  #skipDigits(at: number): number {
    const bytes = this.#bytes;
    let i = at;
    while (i < this.#end && bytes[i]! >= ZERO && bytes[i]! <= NINE) i++;
    return i === at ? this.unexpected(at, 'a digit') : i;
  }

  #skipEscape(at: number): number {
    const bytes = this.#bytes;
    const c = at + 1 < this.#end ? bytes[at + 1]! : 0;
    if (SIMPLE_ESCAPE[c] === 1) return at + 2;
    if (c !== LETTER_U) return this.#fail(at, 'invalid escape in a string');
    for (let k = 2; k < 6; k++) {
      if (at + k >= this.#end || HEX[bytes[at + k]!] === 0) {
        return this.#fail(at, 'invalid \\u escape in a string');
      }
    }
    return at + 6;
  }

  #open(depth: number, isObject: boolean): void {
    const byte = depth >> 3;
    if (byte >= this.#kinds.length) {
      const grown = new Uint8Array(this.#kinds.length * 2);
      grown.set(this.#kinds);
      this.#kinds = grown;
    }
    const bit = 1 << (depth & 7);
    if (isObject) this.#kinds[byte]! |= bit;
    else this.#kinds[byte]! &= ~bit;
  }

  #isObject(depth: number): boolean {
    return (this.#kinds[depth >> 3]! & (1 << (depth & 7))) !== 0;
  }

  #fail(at: number, reason: string): number {
    this.errorAt = at;
    this.reason = reason;
    return INVALID;
  }
}
