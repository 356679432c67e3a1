import type { Flow } from '../lane/flow.js';
import { UNREAD_ANSWER_BYTES } from '../limits.js';
import type { ReplyTarget } from './array-replies.js';
import type { Client } from './client.js';

/**
 * Sends a client the answers to its arrays. Such an answer was counted as taken, part by part,
 * before it was whole, so no ring bounds it; where the client does not read, the flows of its
 * connection wait instead.
 */
export class UnreadAnswers implements ReplyTarget {
  readonly #client: Client;
  readonly #flows: () => readonly Flow[];
  #holds = false;

  /** `flows`: those of the connection, asked for when there is something to hold. */
  constructor(client: Client, flows: () => readonly Flow[]) {
    this.#client = client;
    this.#flows = flows;
  }

  sendOne(message: Uint8Array): void {
    this.#client.sendOne(message);
    if (this.#holds || this.#client.heldBackBytes <= UNREAD_ANSWER_BYTES) return;
    this.#holds = true;
    const flows = this.#flows();
    for (const flow of flows) flow.hold();
    this.#client.onceRead(() => {
      this.#holds = false;
      for (const flow of flows) flow.release();
    });
  }

  reply(bytes: Uint8Array): void {
    this.#client.reply(bytes);
  }
}
