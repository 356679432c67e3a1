import { REFUSAL_LOGS_PER_SECOND } from '../limits.js';
import type { Logger } from '../log.js';
import { LogRate } from '../log-rate.js';

/**
 * Logs which WebSocket clients were refused or closed, and why, at a rate: whoever can connect can
 * cause it.
 */
export class ClientLog {
  readonly #log: Logger;
  readonly #rate = new LogRate(REFUSAL_LOGS_PER_SECOND);

  constructor(log: Logger) {
    this.#log = log;
  }

  /** It gets no connection. */
  refused(address: string, why: string): void {
    this.#write(address, why, 'a connection was refused');
  }

  /** It has lost its connection for what it did or did not do. */
  closed(address: string, why: string): void {
    this.#write(address, why, 'a client was closed');
  }

  #write(address: string, why: string, what: string): void {
    if (!this.#rate.allows()) return;
    this.#log.warn({ address, why, unlogged: this.#rate.takeHeldBack() }, what);
  }
}
