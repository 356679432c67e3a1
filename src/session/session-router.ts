import type { Lane } from '../lane/lane.js';
import type { Logger } from '../log.js';
import type { UpstreamFactory } from '../upstream/upstream.js';
import type { Client, ClientAcceptor, ClientSession } from './client.js';
import { EchoSession } from './echo-session.js';
import { PassThroughSession, type Session } from './session.js';

export interface SessionRouterOptions {
  readonly lanes: readonly Lane[];
  /** Null: the built-in echo. */
  readonly upstream: UpstreamFactory | null;
  readonly disconnectOnMalformed: boolean;
  readonly drainTimeoutMs: number;
  readonly log: Logger;
}

/** How often a stop looks whether everything in flight is through. */
const QUIET_POLL_MS = 10;

/** Makes a session for each client, and knows all that are there. */
export class SessionRouter implements ClientAcceptor {
  readonly #options: SessionRouterOptions;
  readonly #sessions = new Set<Session>();
  #nextLane = 0;

  constructor(options: SessionRouterOptions) {
    this.#options = options;
  }

  /** Sessions that have not ended. */
  get count(): number {
    return this.#sessions.size;
  }

  accept(client: Client): ClientSession {
    const session = this.#createSession(client);
    this.#sessions.add(session);
    return session;
  }

  /** Settles when nothing is in flight in any session; false when that took too long. */
  async quiet(withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    for (;;) {
      if ([...this.#sessions].every((session) => session.quiet)) return true;
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, QUIET_POLL_MS));
    }
  }

  /** Closes every client and ends every server. */
  async stop(code: number, reason: string): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.stop(code, reason)));
  }

  #createSession(client: Client): Session {
    const { lanes, upstream, disconnectOnMalformed, drainTimeoutMs, log } = this.#options;
    const lane = lanes[this.#nextLane++ % lanes.length]!;
    const onEnded = (): void => void this.#sessions.delete(session);
    const session: Session =
      upstream === null
        ? new EchoSession({ client, lane, disconnectOnMalformed, onEnded })
        : new PassThroughSession({
            client,
            lane,
            upstream,
            disconnectOnMalformed,
            drainTimeoutMs,
            log: log.child({ client: client.label }),
            onEnded,
          });
    return session;
  }
}
