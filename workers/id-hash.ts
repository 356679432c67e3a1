/**
 * A hash of 32 bits for the ids of requests and replies: main counts with it which requests of a
 * client are open (src/session/open-requests.ts), and the kernels compute it where they pass a
 * frame on, for they have its bytes at hand. native/src/id_hash.h does the same.
 */

/** Integers of so many digits are exact, and have one spelling. */
export const MAX_PLAIN_DIGITS = 15;
/** Longer ids than this are no kernel's to hash. */
export const MAX_HASHED_ID_BYTES = 256;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

/**
 * The hash of the id [start, end) if it is plain: a string without an escape, or an integer, that
 * has one spelling only. 0 for any other, and for what just happens to have that hash.
 */
export function plainIdHash(bytes: Uint8Array, start: number, end: number): number {
  return isPlain(bytes, start, end) ? hashBytes(bytes, start, end) : 0;
}

/** Hash of the bytes [start, end). */
export function hashBytes(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) value = (value * 31 + bytes[i]!) | 0;
  return value;
}

function isPlain(bytes: Uint8Array, start: number, end: number): boolean {
  if (bytes[start] === QUOTE) {
    if (end - start > MAX_HASHED_ID_BYTES) return false;
    for (let i = start; i < end; i++) if (bytes[i] === BACKSLASH) return false;
    return true;
  }
  if (end - start > MAX_PLAIN_DIGITS) return false;
  for (let i = start; i < end; i++) if (bytes[i]! < ZERO || bytes[i]! > NINE) return false;
  return true;
}
