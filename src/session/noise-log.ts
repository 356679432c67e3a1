import { NOISE_LOGS_PER_SECOND } from '../limits.js';
import type { Logger } from '../log.js';
import { LogRate } from '../log-rate.js';

/** Counts a server's output that is no message, and logs it at a limited rate. */
export class NoiseLog {
  readonly #log: Logger;
  readonly #rate = new LogRate(NOISE_LOGS_PER_SECOND);
  /** All of it since the start. */
  #count = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(reason: string): void {
    this.#count++;
    if (!this.#rate.allows()) return;
    this.#log.warn(
      { reason, count: this.#count, unlogged: this.#rate.takeHeldBack() },
      'server output that is no message was skipped',
    );
  }

  /** Logs what the rate held back. */
  end(): void {
    const unlogged = this.#rate.takeHeldBack();
    if (unlogged === 0) return;
    this.#log.warn({ count: this.#count, unlogged }, 'more server output was skipped');
  }
}
