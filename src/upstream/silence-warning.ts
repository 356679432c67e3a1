import type { Framing } from '../framing/splitter.js';
import { SILENT_SERVER_MS } from '../limits.js';
import type { Logger } from '../log.js';

/**
 * Says once in the log that a process has been sent a request and has said nothing at all since it
 * was started: a server that is spoken to in another framing than its own mostly waits for ever,
 * and says nothing about it.
 */
export class SilenceWarning {
  readonly #framing: Framing;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | null = null;
  #isOver = false;

  constructor(framing: Framing, log: Logger) {
    this.#framing = framing;
    this.#log = log;
  }

  /** It has been sent a request: from the first one on it is waited for. */
  asked(): void {
    if (this.#isOver || this.#timer !== null) return;
    this.#timer = setTimeout(() => this.#warn(), SILENT_SERVER_MS);
    this.#timer.unref();
  }

  /** It has said something, or nobody waits for that any more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #warn(): void {
    this.end();
    this.#log.warn(
      { framing: this.#framing },
      `the server has said nothing for ${SILENT_SERVER_MS / 1000} s; ` +
        'language servers need --framing content-length, others ndjson',
    );
  }
}
