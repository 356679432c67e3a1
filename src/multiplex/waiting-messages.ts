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

/**
 * Messages for a server that is down or starting, in their order; the clients' rings bound them.
 */
export class WaitingMessages<Session> {
  /** In their order. */
  readonly #messages = new Set<WaitingMessage<Session>>();
  readonly #bySession = new Map<Session, Set<WaitingMessage<Session>>>();
  readonly #byId = new Map<number, WaitingMessage<Session>>();

  get size(): number {
    return this.#messages.size;
  }

  add(message: WaitingMessage<Session>): void {
    this.#messages.add(message);
    if (message.id !== 0) this.#byId.set(message.id, message);
    const mine = this.#bySession.get(message.session);
    if (mine === undefined) this.#bySession.set(message.session, new Set([message]));
    else mine.add(message);
  }

  takeAll(): WaitingMessage<Session>[] {
    const all = [...this.#messages];
    this.#messages.clear();
    this.#bySession.clear();
    this.#byId.clear();
    return all;
  }

  /** Takes the messages of a client that has left. */
  takeAllOf(session: Session): WaitingMessage<Session>[] {
    const mine = [...(this.#bySession.get(session) ?? [])];
    for (const message of mine) this.#remove(message);
    return mine;
  }

  /** Takes the request with this id; null when it does not wait here. */
  take(id: number): WaitingMessage<Session> | null {
    return this.#remove(this.#byId.get(id));
  }

  /** The same for a message, by its bytes' identity. */
  takeMessage(bytes: Uint8Array): WaitingMessage<Session> | null {
    for (const waiting of this.#messages) {
      if (waiting.message === bytes) return this.#remove(waiting);
    }
    return null;
  }

  #remove(waiting: WaitingMessage<Session> | undefined): WaitingMessage<Session> | null {
    if (waiting === undefined) return null;
    this.#messages.delete(waiting);
    this.#byId.delete(waiting.id);
    const mine = this.#bySession.get(waiting.session)!;
    mine.delete(waiting);
    if (mine.size === 0) this.#bySession.delete(waiting.session);
    return waiting;
  }
}
