import { RING_CAPACITY, RING_CAPACITY_BYTES } from '../limits.js';

/**
 * The pending messages of one connection and one direction: a bounded FIFO of their
 * sizes. The bytes themselves are where they came from, in an arena, or at the
 * destination; the ring says how many there are.
 *
 *      shift (taken) <- [ oldest ... newest ] <- push (accepted off the wire)
 *
 * Invariant: `pending` is the number of sizes held, `bytes` their sum. Idle
 * connections are many, so the slots are only allocated with the first message.
 */
export class Ring {
  /** Messages accepted and not yet taken by their destination; 0 to `capacity`. */
  pending = 0;
  /** Sum of their sizes. */
  bytes = 0;

  readonly #capacity: number;
  readonly #capacityBytes: number;
  #sizes: Int32Array | null = null;
  #head = 0;

  constructor(capacity: number = RING_CAPACITY, capacityBytes: number = RING_CAPACITY_BYTES) {
    this.#capacity = capacity;
    this.#capacityBytes = capacityBytes;
  }

  /** True when the source has to wait. One message above the byte limit is let in alone. */
  get full(): boolean {
    return this.pending === this.#capacity || this.bytes >= this.#capacityBytes;
  }

  /** Size in bytes of the oldest message; 0 when there is none. */
  get oldest(): number {
    return this.pending === 0 ? 0 : this.#sizes![this.#head]!;
  }

  /**
   * How many of the messages from `first` to `end` there is room for; they begin at `bounds`, a
   * byte apart.
   */
  room(bounds: Int32Array, first: number, end: number): number {
    const last = Math.min(end, first + this.#capacity - this.pending);
    const bytesLeft = this.#capacityBytes - this.bytes;
    const from = bounds[first]!;
    let at = first;
    while (at < last && bounds[at]! - from < bytesLeft) at++;
    return at - first;
  }

  /** Accepts a message; the caller has looked at `full`. @throws RangeError beyond the capacity */
  push(sizeBytes: number): void {
    if (this.pending === this.#capacity) throw new RangeError('the ring is full');
    this.#sizes ??= new Int32Array(this.#capacity);
    let slot = this.#head + this.pending;
    if (slot >= this.#capacity) slot -= this.#capacity;
    this.#sizes[slot] = sizeBytes;
    this.pending++;
    this.bytes += sizeBytes;
  }

  /** The `count` oldest messages were taken. @throws RangeError when there are fewer */
  shift(count = 1): void {
    if (count > this.pending) throw new RangeError('the ring has fewer messages');
    if (count === this.pending) {
      // As it mostly is: without a look at the sizes, and with the next ones where these were.
      this.#head = 0;
      this.pending = 0;
      this.bytes = 0;
      return;
    }
    for (let i = 0; i < count; i++) {
      this.bytes -= this.#sizes![this.#head]!;
      this.#head = this.#head + 1 === this.#capacity ? 0 : this.#head + 1;
    }
    this.pending -= count;
  }
}
