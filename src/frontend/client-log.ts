import { REFUSAL_LOGS_PER_SECOND } from '../limits.js';
import type { Logger } from '../log.js';
import { LogRate } from '../log-rate.js';
import type { Client } from '../session/client.js';

/** Its label is asked for when there is a line to write. */
type Labelled = Pick<Client, 'label'>;

/**
 * Logs which WebSocket clients were refused or closed, and why, at a rate: whoever can connect can
 * cause it. At level debug also who comes and goes, each time.
 */
export class ClientLog {
  readonly #log: Logger;
  readonly #rate = new LogRate(REFUSAL_LOGS_PER_SECOND);

  constructor(log: Logger) {
    this.#log = log;
  }

  /** It gets no connection. */
  refused(address: string, why: string): void {
    if (!this.#rate.allows()) return;
    const unlogged = this.#rate.takeHeldBack();
    this.#log.warn({ address, why, unlogged }, 'a connection was refused');
  }

  connected(client: Labelled): void {
    if (this.#isDebug) this.#log.debug({ client: client.label }, 'a client has connected');
  }

  /** It has lost its connection for what it did or did not do. */
  closed(client: Labelled, why: string): void {
    if (!this.#rate.allows()) return;
    const unlogged = this.#rate.takeHeldBack();
    this.#log.warn({ client: client.label, why, unlogged }, 'a client was closed');
  }

  /** Its connection has ended, whoever has ended it; with the close frame's code and reason. */
  disconnected(client: Labelled, code: number, reason: string): void {
    if (!this.#isDebug) return;
    this.#log.debug({ client: client.label, code, reason }, 'a client has disconnected');
  }

  /** An application's logger may know no levels: then there is nothing for it to see. */
  get #isDebug(): boolean {
    const { isLevelEnabled } = this.#log as Partial<Logger>;
    return isLevelEnabled?.call(this.#log, 'debug') === true;
  }
}
