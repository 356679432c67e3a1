import { NOISE_LOGS_PER_SECOND } from '../limits.js';
import type { Logger } from '../log.js';

/** Counts a server's output that is no message, and logs it at a limited rate. */
export class NoiseLog {
  readonly #log: Logger;
  /** All of it since the start. */
  count = 0;
  #second = 0;
  #inSecond = 0;
  #unlogged = 0;

  constructor(log: Logger) {
    this.#log = log;
  }

  add(reason: string): void {
    this.count++;
    const second = Math.floor(Date.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (++this.#inSecond > NOISE_LOGS_PER_SECOND) {
      this.#unlogged++;
      return;
    }
    const unlogged = this.#unlogged;
    this.#unlogged = 0;
    this.#log.warn(
      { reason, count: this.count, unlogged },
      'server output that is no message was skipped',
    );
  }

  /** Logs what the rate held back. */
  end(): void {
    if (this.#unlogged === 0) return;
    this.#log.warn(
      { count: this.count, unlogged: this.#unlogged },
      'more server output was skipped',
    );
    this.#unlogged = 0;
  }
}
