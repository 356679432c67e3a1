import type { RecordedMessage } from '../payload/message-spec.js';
import type { RateArrivals } from './arrivals.js';
import { TimeHeap } from './time-heap.js';

/** It does not matter which client sends this one. */
export const ANY_CLIENT = -1;

/** When the requests of an open load are due, in microseconds since its start. */
export interface DueSchedule {
  /** Infinity where no more come. */
  readonly nextUs: number;
  /** Takes the next one off: the client that sends it, or ANY_CLIENT. */
  take(): number;
}

/** Requests at a rate, spread over the clients. */
export class RateSchedule implements DueSchedule {
  readonly #arrivals: RateArrivals;

  constructor(arrivals: RateArrivals) {
    this.#arrivals = arrivals;
  }

  get nextUs(): number {
    return this.#arrivals.nextUs;
  }

  take(): number {
    this.#arrivals.advance();
    return ANY_CLIENT;
  }
}

/**
 * Each client replays a recording from its beginning, over and over, one ramp step after the other.
 */
export class ReplaySchedule implements DueSchedule {
  readonly #atUs: readonly number[];
  /** Time from one beginning to the next: the recording, and its mean gap once more. */
  readonly #lengthUs: number;
  readonly #heap = new TimeHeap();
  /** By client: how many messages it has taken, and when it began. */
  readonly #taken: Int32Array;
  readonly #beginUs: Float64Array;

  constructor(recording: readonly RecordedMessage[], clients: number, rampMs: number) {
    this.#atUs = recording.map((message) => (message.atMs ?? 0) * 1_000);
    const lastUs = this.#atUs.at(-1)!;
    // At least a millisecond, so that a recording without any span does not flood.
    this.#lengthUs = Math.max(1_000, lastUs + lastUs / Math.max(1, recording.length - 1));
    this.#taken = new Int32Array(clients);
    this.#beginUs = new Float64Array(clients);
    for (let client = 0; client < clients; client++) {
      this.#beginUs[client] = (rampMs * 1_000 * client) / clients;
      this.#heap.push(this.#beginUs[client]! + this.#atUs[0]!, client);
    }
  }

  get nextUs(): number {
    return this.#heap.nextUs;
  }

  take(): number {
    const client = this.#heap.pop();
    const taken = ++this.#taken[client]!;
    const loops = Math.floor(taken / this.#atUs.length);
    const atUs = this.#atUs[taken % this.#atUs.length]!;
    this.#heap.push(this.#beginUs[client]! + loops * this.#lengthUs + atUs, client);
    return client;
  }
}
