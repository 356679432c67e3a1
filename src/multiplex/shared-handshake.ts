import type { Profile } from '../session/profile.js';
import { Handshake, type KeptReply } from './handshake.js';
import { HandshakeReplay, type ReplayedServer } from './handshake-replay.js';
import { type HandshakeWaiter, HandshakeWaiters } from './handshake-waiters.js';
import type { RequestOwner } from './request-owner.js';

/** A client whose requests of a handshake are answered with what another one got. */
interface HandshakeClient<Session> extends RequestOwner {
  answerHandshake(id: number, reply: KeptReply): void;
  /** Its request goes to the server, as the first one did. */
  sendHandshake(waiter: HandshakeWaiter<Session>): void;
}

export interface HandshakeServer extends ReplayedServer {
  /** A message that waits for the process is void: it waits no more. */
  dropWaiting(message: Uint8Array): void;
}

/**
 * The handshake of a shared server: the first client's goes through, others get its answers, and a
 * new process is told it again.
 */
export class SharedHandshake<Session extends HandshakeClient<Session>> {
  /** Requests that wait for the answer to another client's. */
  readonly waiters = new HandshakeWaiters<Session>();
  readonly #server: HandshakeServer;
  readonly #profile: Profile | null;
  #record: Handshake;
  #replay: HandshakeReplay | null = null;

  /** `profile`: null where it is guessed from the handshake. */
  constructor(server: HandshakeServer, profile: Profile | null) {
    this.#server = server;
    this.#profile = profile;
    this.#record = new Handshake(profile);
  }

  /** What the server was told, and has answered. */
  get record(): Handshake {
    return this.#record;
  }

  /** A request that waits for the answer to another client's. */
  awaitAnswer(waiter: HandshakeWaiter<Session>): void {
    const { table } = this.#server;
    table.waits(waiter.id, waiter.session);
    table.addExtra(waiter.id, { handshake: waiter.method });
    this.waiters.add(waiter);
  }

  /** The first request was answered: so are those that wait for it. */
  answered(method: string): void {
    const answer = this.#record.request(method);
    if (typeof answer === 'string') return;
    for (const { session, flow, id } of this.waiters.takeAll(method)) {
      session.answerHandshake(id, answer);
      flow.taken(1);
    }
  }

  /** It was answered with an error, or never: the next one tries. */
  failed(method: string): void {
    const initialized = this.#record.failed(method);
    if (initialized !== null) this.#server.dropWaiting(initialized);
    if (this.#record.request(method) !== 'first') return;
    const next = this.waiters.takeFirst(method);
    if (next !== null) next.session.sendHandshake(next);
  }

  /** A reply to a request that no client waits for: of the replay, or one whose client has left. */
  ownReply(id: number, reply: KeptReply, isResult: boolean): void {
    const { table } = this.#server;
    const method = table.extraOf(id)?.handshake;
    table.free(id);
    if (method === undefined) return;
    if (isResult) {
      this.#record.answered(method, reply);
      this.answered(method);
    } else this.failed(method);
    this.#replay?.answered(method, isResult);
  }

  /**
   * A new process is told what the one before was told; `onReady` gets the `initialized` that ends
   * it.
   */
  begin(onReady: (initialized: Uint8Array | null) => void): void {
    const { requests } = this.#record.replay();
    this.#replay = new HandshakeReplay(this.#server, requests, () =>
      onReady(this.#record.replay().initialized),
    );
    this.#replay.start();
  }

  /** The process is gone. */
  end(): void {
    this.#replay?.end();
    this.#replay = null;
  }

  /** The next process begins anew. */
  forget(): void {
    const { table, own } = this.#server;
    // What this one still owes is nobody's: the next one's must not fail with it.
    for (const id of table.idsOf(own)) table.free(id);
    this.#record = new Handshake(this.#profile);
  }
}
