import type { Lane } from '../lane/lane.js';
import type { Client, ClientAcceptor, ClientSession } from './client.js';
import type { Session } from './session.js';

/** Makes the session of a new client, in whatever way clients are served. */
export type SessionFactory = (
  client: Client,
  lane: Lane,
  onEnded: (session: Session) => void,
) => Session;

/** How often a stop looks whether everything in flight is through. */
const QUIET_POLL_MS = 10;

/** Makes a session for each client, and knows all that are there. */
export class SessionRegistry implements ClientAcceptor {
  readonly #lanes: readonly Lane[];
  readonly #createSession: SessionFactory;
  readonly #sessions = new Set<Session>();
  #nextLane = 0;

  constructor(lanes: readonly Lane[], createSession: SessionFactory) {
    this.#lanes = lanes;
    this.#createSession = createSession;
  }

  accept(client: Client): ClientSession {
    const lane = this.#lanes[this.#nextLane++ % this.#lanes.length]!;
    const session = this.#createSession(client, lane, this.#ended);
    this.#sessions.add(session);
    return session;
  }

  /** One for all sessions: idle clients are many. */
  readonly #ended = (session: Session): void => {
    this.#sessions.delete(session);
  };

  /** Settles when nothing is in flight in any session; false when that took too long. */
  async quiet(withinMs: number): Promise<boolean> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      if ([...this.#sessions].every((session) => session.quiet)) return true;
      if (performance.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, QUIET_POLL_MS));
    }
  }

  /** Closes every client and ends every server. */
  async stop(code: number, reason: string): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.stop(code, reason)));
  }
}
