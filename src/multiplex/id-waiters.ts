import { STUCK_AFTER_MS } from '../limits.js';

export interface IdWaitersOptions {
  /** So many requests are in flight that no more ids are given. */
  readonly isCrowded: () => boolean;
  /** How many requests have ended so far. */
  readonly ended: () => number;
  /** The table is stuck. */
  readonly onStuck: () => void;
}

/** Who waits for a free id, and whether that is of any use. */
export class IdWaiters {
  readonly #options: IdWaitersOptions;
  #waiting: (() => void)[] = [];
  #isStuck = false;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: IdWaitersOptions) {
    this.#options = options;
  }

  /** So many requests are in flight that no more may be, and for a while none of them has ended. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Calls `wake`, in a turn of its own, when an id is free, or waiting for one is of no use. */
  add(wake: () => void): void {
    this.#waiting.push(wake);
    this.#watch();
  }

  /** An id has become free. */
  freed(): void {
    if (!this.#options.isCrowded()) this.#isStuck = false;
    else if (!this.#isStuck) return;
    if (this.#waiting.length > 0) this.#wake();
  }

  #watch(): void {
    const { ended, isCrowded, onStuck } = this.#options;
    const endedBefore = ended();
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      if (this.#waiting.length === 0) return;
      if (ended() === endedBefore && isCrowded()) {
        this.#isStuck = true;
        onStuck();
        this.#wake();
      } else this.#watch();
    }, STUCK_AFTER_MS).unref();
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    // Whoever frees an id may be in the middle of something.
    setImmediate(() => {
      for (const wake of waiting) wake();
    });
  }
}
