/** A request that timed out: what is needed to count it once its end is known. */
export interface TimedOutRequest {
  readonly dueUs: number;
  readonly sentUs: number;
  readonly message: number;
}

/** No such request is in flight. */
export const NO_SLOT = -1;

/**
 * The requests of one connection that wait for their reply. An id is
 * `generation * stride + slot + 1`, so the id of a reply leads straight to its slot,
 * in whatever order replies come, and an id of an earlier generation is known to have
 * been used before. Parallel arrays: nothing is allocated for a request.
 */
export class FlightTable {
  /** Requests in flight. */
  count = 0;
  /** By slot, in microseconds of the thread's clock: when it was due, and when it was sent. */
  dueUs: Float64Array;
  sentUs: Float64Array;
  /** By slot: index of its message in the workload. */
  message: Int32Array;
  readonly #stride: number;
  /** By slot: the id in flight, or 0. */
  #ids: Float64Array;
  /** By slot: how many ids it has given out. */
  #generations: Float64Array;
  /** Stack of free slots. */
  #free: Int32Array;
  #freeCount: number;
  /** By id: what timed out and was not answered since. */
  readonly #timedOut = new Map<number, TimedOutRequest>();

  /** At most `stride` requests are in flight; memory grows with the number that are. */
  constructor(stride: number) {
    this.#stride = stride;
    const capacity = Math.min(stride, 64);
    this.dueUs = new Float64Array(capacity);
    this.sentUs = new Float64Array(capacity);
    this.message = new Int32Array(capacity);
    this.#ids = new Float64Array(capacity);
    this.#generations = new Float64Array(capacity);
    this.#free = new Int32Array(capacity);
    this.#freeCount = 0;
    this.#addFree(0, capacity);
  }

  get isFull(): boolean {
    return this.count === this.#stride;
  }

  /** Timed-out requests that have not been answered even late. */
  get unanswered(): ReadonlyMap<number, TimedOutRequest> {
    return this.#timedOut;
  }

  /** Notes a request and returns its id. The table must not be full. */
  take(dueUs: number, sentUs: number, message: number): number {
    if (this.#freeCount === 0) this.#grow();
    const slot = this.#free[--this.#freeCount]!;
    const id = this.#generations[slot]! * this.#stride + slot + 1;
    this.#generations[slot]!++;
    this.#ids[slot] = id;
    this.dueUs[slot] = dueUs;
    this.sentUs[slot] = sentUs;
    this.message[slot] = message;
    this.count++;
    return id;
  }

  /** The slot of the request with this id, or NO_SLOT. */
  find(id: number): number {
    const slot = (id - 1) % this.#stride;
    return id > 0 && slot < this.#ids.length && this.#ids[slot] === id ? slot : NO_SLOT;
  }

  /** Whether an id that is not in flight has been used before. */
  wasUsed(id: number): boolean {
    const slot = (id - 1) % this.#stride;
    if (id <= 0 || slot >= this.#ids.length) return false;
    return Math.floor((id - 1) / this.#stride) < this.#generations[slot]!;
  }

  /** The request with this id, where it timed out and this is its first answer; forgets it. */
  takeLate(id: number): TimedOutRequest | null {
    const request = this.#timedOut.get(id) ?? null;
    if (request !== null) this.#timedOut.delete(id);
    return request;
  }

  /** The slots of the requests in flight. */
  *inFlight(): Generator<number> {
    for (let slot = 0; slot < this.#ids.length; slot++) if (this.#ids[slot] !== 0) yield slot;
  }

  release(slot: number): void {
    this.#ids[slot] = 0;
    this.#free[this.#freeCount++] = slot;
    this.count--;
  }

  /**
   * Frees every request sent before `sentBeforeUs`; each is remembered as timed out.
   * Calls `onTimeout` with the slot first.
   */
  expire(sentBeforeUs: number, onTimeout: (slot: number) => void): void {
    for (let slot = 0; slot < this.#ids.length; slot++) {
      const id = this.#ids[slot]!;
      if (id === 0 || this.sentUs[slot]! >= sentBeforeUs) continue;
      const dueUs = this.dueUs[slot]!;
      this.#timedOut.set(id, { dueUs, sentUs: this.sentUs[slot]!, message: this.message[slot]! });
      onTimeout(slot);
      this.release(slot);
    }
  }

  #grow(): void {
    const before = this.#ids.length;
    const after = Math.min(this.#stride, before * 2);
    this.dueUs = grown(this.dueUs, new Float64Array(after));
    this.sentUs = grown(this.sentUs, new Float64Array(after));
    this.message = grown(this.message, new Int32Array(after));
    this.#ids = grown(this.#ids, new Float64Array(after));
    this.#generations = grown(this.#generations, new Float64Array(after));
    this.#free = grown(this.#free, new Int32Array(after));
    this.#addFree(before, after);
  }

  /** Lowest slot on top of the stack: ids begin at 1 and stay small. */
  #addFree(from: number, to: number): void {
    for (let slot = to - 1; slot >= from; slot--) this.#free[this.#freeCount++] = slot;
  }
}

function grown<T extends Float64Array | Int32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
