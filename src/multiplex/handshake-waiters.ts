import type { Flow } from '../lane/flow.js';
import type { ClientRequest } from './client-request.js';

/** A request of a handshake that waits for the answer to another client's. */
export interface HandshakeWaiter<Session> {
  readonly session: Session;
  /** Its frame is pending there. */
  readonly flow: Flow;
  readonly method: string;
  readonly request: ClientRequest;
  /** Its id, which is not sent as long as it waits. */
  readonly id: number;
}

/** Those that wait, in the order of their arrival. */
export class HandshakeWaiters<Session> {
  #waiters: HandshakeWaiter<Session>[] = [];

  get size(): number {
    return this.#waiters.length;
  }

  add(waiter: HandshakeWaiter<Session>): void {
    this.#waiters.push(waiter);
  }

  /** Takes all that wait for `method`. */
  takeAll(method: string): HandshakeWaiter<Session>[] {
    const taken = this.#waiters.filter((waiter) => waiter.method === method);
    this.#waiters = this.#waiters.filter((waiter) => waiter.method !== method);
    return taken;
  }

  /** Takes the one that has waited longest for `method`. */
  takeFirst(method: string): HandshakeWaiter<Session> | null {
    return this.#takeAt(this.#waiters.findIndex((waiter) => waiter.method === method));
  }

  /** Takes the one with this id; null when it does not wait here. */
  take(id: number): HandshakeWaiter<Session> | null {
    return this.#takeAt(this.#waiters.findIndex((waiter) => waiter.id === id));
  }

  /** Takes those of a client that has left. */
  takeAllOf(session: Session): HandshakeWaiter<Session>[] {
    const mine = this.#waiters.filter((waiter) => waiter.session === session);
    this.#waiters = this.#waiters.filter((waiter) => waiter.session !== session);
    return mine;
  }

  #takeAt(index: number): HandshakeWaiter<Session> | null {
    return index === -1 ? null : this.#waiters.splice(index, 1)[0]!;
  }
}
