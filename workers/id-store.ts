/**
 * The original ids of requests in flight, in memory that all threads share: the worker that
 * rewrites a request's id puts the original bytes here, the worker that gets the reply
 * takes them. Slots are given and freed by main's request table, which alone decides whether
 * a reply is let through; a slot that is read while it is rewritten belongs to a
 * reply that main drops, so no access here needs Atomics.
 *
 *      slot = id & ID_SLOT_MASK:  [ id, 4 bytes LE | length, 1 byte | original bytes, up to 27 ]
 */
/** The largest integer that a request gets in place of its id; 1 is the smallest. */
export const MAX_GIVEN_ID = 0x7fffffff;
export const ID_SLOTS = 131_072;
export const ID_SLOT_MASK = ID_SLOTS - 1;
const ID_SLOT_BYTES = 32;
const LENGTH_AT = 4;
const BYTES_AT = 5;
/** Longer ids are kept by main. */
export const MAX_STORED_ID_BYTES = ID_SLOT_BYTES - BYTES_AT;
const TOO_LONG = 255;

/** Memory for all slots; zeros, so untouched pages cost nothing. */
export function createIdStore(): Uint8Array {
  return new Uint8Array(new SharedArrayBuffer(ID_SLOTS * ID_SLOT_BYTES));
}

/** Keeps bytes [start, end) as the original of `id`. */
export function storeId(
  store: Uint8Array,
  id: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  const slot = (id & ID_SLOT_MASK) * ID_SLOT_BYTES;
  const length = end - start;
  for (let k = 0; k < LENGTH_AT; k++) store[slot + k] = id >>> (8 * k);
  if (length > MAX_STORED_ID_BYTES) {
    store[slot + LENGTH_AT] = TOO_LONG;
    return;
  }
  store[slot + LENGTH_AT] = length;
  for (let k = 0; k < length; k++) store[slot + BYTES_AT + k] = bytes[start + k]!;
}

/** Where the original of `id` begins in the store; -1 when it is not there (or too long). */
export function findStoredId(store: Uint8Array, id: number): number {
  const slot = (id & ID_SLOT_MASK) * ID_SLOT_BYTES;
  for (let k = 0; k < LENGTH_AT; k++) {
    if (store[slot + k] !== ((id >>> (8 * k)) & 0xff)) return -1;
  }
  return store[slot + LENGTH_AT] === TOO_LONG ? -1 : slot + BYTES_AT;
}

/** Length of the original that findStoredId() found at `at`. */
export function storedIdLength(store: Uint8Array, at: number): number {
  return store[at - 1]!;
}
