import { Worker } from 'node:worker_threads';
import { DELAY_US, END, ORDER, WORDS } from './metronome-words.js';

/** Wakes a thread with a finer grain than timers have, and without making it spin. */
export class Metronome {
  readonly #words = new Int32Array(new SharedArrayBuffer(WORDS * Int32Array.BYTES_PER_ELEMENT));
  /** The thread has started; until then an order would wait for that. */
  isReady = false;
  readonly #thread: Worker;

  /** `onTick` is called once for each wakeAfter(). */
  constructor(onTick: () => void) {
    this.#thread = new Worker(new URL('./metronome-thread.js', import.meta.url), {
      workerData: this.#words,
    });
    this.#thread.once('online', () => {
      this.isReady = true;
    });
    this.#thread.on('message', onTick);
  }

  /** Orders one tick; the one before must have come. */
  wakeAfter(us: number): void {
    this.#order(Math.max(0, Math.floor(us)));
  }

  /** Ends the thread. */
  close(): void {
    this.#order(END);
  }

  /** Pairs with the waits in metronome-thread.ts: the delay is there before the order is seen. */
  #order(delayUs: number): void {
    Atomics.store(this.#words, DELAY_US, delayUs);
    Atomics.add(this.#words, ORDER, 1);
    Atomics.notify(this.#words, ORDER);
  }
}
