import { FIRST_RESTART_DELAY_MS, MAX_RESTART_DELAY_MS, RESTART_STABLE_MS } from '../limits.js';

/** When a server that has died is started again: after 0.1 s, doubled up to 10 s. */
export class RestartBackoff {
  readonly #maxRestarts: number;
  readonly #nowMs: () => number;
  #restarts = 0;
  #startedAtMs = 0;

  /** `nowMs`: a clock that is never set. */
  constructor(maxRestarts: number, nowMs: () => number = () => performance.now()) {
    this.#maxRestarts = maxRestarts;
    this.#nowMs = nowMs;
  }

  started(): void {
    this.#startedAtMs = this.#nowMs();
  }

  /** Milliseconds to wait; null when it has been started often enough. */
  nextDelayMs(): number | null {
    if (this.#nowMs() - this.#startedAtMs >= RESTART_STABLE_MS) this.#restarts = 0;
    if (this.#restarts >= this.#maxRestarts) return null;
    return Math.min(FIRST_RESTART_DELAY_MS * 2 ** this.#restarts++, MAX_RESTART_DELAY_MS);
  }

  reset(): void {
    this.#restarts = 0;
  }
}
