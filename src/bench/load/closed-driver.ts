import { nowUs } from '../measurement/load-clock.js';
import type { LoadRecorder } from '../measurement/load-recorder.js';
import type { ThinkTime } from '../payload/message-spec.js';
import { Random } from '../statistics/random.js';
import type { LoadClient } from './load-client.js';
import type { LoadDriver } from './load-driver.js';
import { TimeHeap } from './time-heap.js';

export interface ClosedSettings {
  readonly depth: number;
  /** Connections begin one after the other over this time. */
  readonly rampMs: number;
  readonly thinkTime: ThinkTime | null;
  /** Measured requests; null where the time bounds the run. */
  readonly requests: number | null;
  readonly seed: number;
}

/** The closed model: a reply (and the think time after it) makes the next request. */
export class ClosedDriver implements LoadDriver {
  readonly spunUs = 0;
  readonly #clients: readonly LoadClient[];
  readonly #recorder: LoadRecorder;
  readonly #settings: ClosedSettings;
  readonly #onExhausted: () => void;
  readonly #random: Random;
  /** By client: requests that it may send now. */
  readonly #owed: Int32Array;
  /** When clients get something owed: after think time, or where they begin. */
  readonly #later = new TimeHeap();
  #timer: NodeJS.Timeout | null = null;
  #timerUs = Number.POSITIVE_INFINITY;
  #remaining: number;
  #isStopped = true;

  /** `onExhausted` is called once, when the last request has been sent. */
  constructor(
    clients: readonly LoadClient[],
    recorder: LoadRecorder,
    settings: ClosedSettings,
    onExhausted: () => void,
  ) {
    this.#clients = clients;
    this.#recorder = recorder;
    this.#settings = settings;
    this.#onExhausted = onExhausted;
    this.#random = new Random(settings.seed);
    this.#owed = new Int32Array(clients.length);
    this.#remaining = settings.requests ?? Number.POSITIVE_INFINITY;
  }

  start(startUs: number): void {
    const { depth, rampMs } = this.#settings;
    this.#isStopped = false;
    for (let i = 0; i < this.#clients.length; i++) {
      const beginUs = startUs + (rampMs * 1_000 * i) / this.#clients.length;
      for (let n = 0; n < depth; n++) this.#later.push(beginUs, i);
    }
    this.#wake();
  }

  finish(): Promise<void> {
    this.stop();
    return Promise.resolve();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  onRequestEnded(clientIndex: number): void {
    const { thinkTime } = this.#settings;
    if (thinkTime === null) {
      this.#owed[clientIndex]!++;
      return;
    }
    const ms = thinkTime.minMs + this.#random.nextUnit() * (thinkTime.maxMs - thinkTime.minMs);
    this.#later.push(nowUs() + ms * 1_000, clientIndex);
    this.#wakeAtNext();
  }

  onTurnEnd(clientIndex: number): void {
    const owed = this.#owed[clientIndex]!;
    if (owed === 0 || this.#isStopped) return;
    const client = this.#clients[clientIndex]!;
    const recorder = this.#recorder;
    const before = recorder.requests;
    const sent = client.sendNow(Math.min(owed, this.#remaining));
    this.#owed[clientIndex] = owed - sent;
    if (this.#remaining === Number.POSITIVE_INFINITY) return;
    // Requests of the warm-up are not part of what was ordered.
    this.#remaining -= recorder.requests - before;
    if (this.#remaining > 0) return;
    this.stop();
    this.#onExhausted();
  }

  readonly #wake = (): void => {
    this.#timer = null;
    this.#timerUs = Number.POSITIVE_INFINITY;
    const now = nowUs();
    while (this.#later.nextUs <= now && !this.#isStopped) {
      const dueUs = this.#later.nextUs;
      const clientIndex = this.#later.pop();
      this.#owed[clientIndex]!++;
      // Same client, same time: one write for all of them.
      if (this.#later.nextUs === dueUs && this.#later.nextValue === clientIndex) continue;
      this.#clients[clientIndex]!.startTurn(dueUs);
      this.onTurnEnd(clientIndex);
    }
    this.#wakeAtNext();
  };

  #wakeAtNext(): void {
    const { nextUs } = this.#later;
    if (this.#isStopped || nextUs >= this.#timerUs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerUs = nextUs;
    this.#timer = setTimeout(this.#wake, Math.max(1, (nextUs - nowUs()) / 1_000));
  }
}
