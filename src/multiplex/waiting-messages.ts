import type { Flow } from '../lane/flow.js';

/** A message that waits for the server to be there. Its frame is pending in its flow's ring. */
export interface WaitingMessage<Session> {
  readonly session: Session;
  readonly flow: Flow;
  /** As it goes to the server, unframed. */
  readonly message: Uint8Array;
  /** 0: no request. */
  readonly id: number;
}

/** Messages for a server that is down or starting, in their order; the clients' rings bound them. */
export class WaitingMessages<Session> {
  #messages: WaitingMessage<Session>[] = [];

  get size(): number {
    return this.#messages.length;
  }

  add(message: WaitingMessage<Session>): void {
    this.#messages.push(message);
  }

  takeAll(): WaitingMessage<Session>[] {
    const all = this.#messages;
    this.#messages = [];
    return all;
  }

  /** Takes the messages of a client that has left. */
  takeAllOf(session: Session): WaitingMessage<Session>[] {
    const mine = this.#messages.filter((waiting) => waiting.session === session);
    if (mine.length > 0) {
      this.#messages = this.#messages.filter((waiting) => waiting.session !== session);
    }
    return mine;
  }

  /** Takes the request with this id; null when it does not wait here. */
  take(id: number): WaitingMessage<Session> | null {
    return this.#takeAt(this.#messages.findIndex((waiting) => waiting.id === id));
  }

  /** The same for a message, by its bytes' identity. */
  takeMessage(message: Uint8Array): WaitingMessage<Session> | null {
    return this.#takeAt(this.#messages.findIndex((waiting) => waiting.message === message));
  }

  #takeAt(index: number): WaitingMessage<Session> | null {
    return index === -1 ? null : this.#messages.splice(index, 1)[0]!;
  }
}
