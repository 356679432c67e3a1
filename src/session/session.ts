import type { ClientSession } from './client.js';

/** One client, from its connection to the end of everything that was started for it. */
export interface Session extends ClientSession {
  /** Nothing is on its way in either direction, and no request waits for its answer. */
  readonly quiet: boolean;
  /** Closes the client, then ends what was started for it. */
  stop(code: number, reason: string): Promise<void>;
}
