import { ARG, KIND_REQUEST } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import type { Flow } from '../lane/flow.js';
import { UNREAD_REPLY_BYTES } from '../limits.js';
import type { Upstream } from '../upstream/upstream.js';
import type { MultiplexSession } from './multiplex-session.js';
import type { RequestTable } from './request-table.js';
import { WaitingMessages } from './waiting-messages.js';

export interface ServerInletOptions {
  readonly table: RequestTable;
  /** The clients that are there. */
  readonly sessions: ReadonlySet<MultiplexSession>;
  /** The process does not read what it is sent. */
  readonly onUnread: () => void;
}

/**
 * The way to a shared server's process: what clients send goes to it, or waits while it is down or
 * has not taken the handshake yet; what the gateway has to say itself is bounded here, for no ring
 * holds it back.
 */
export class ServerInlet {
  readonly waiting = new WaitingMessages<MultiplexSession>();
  readonly #options: ServerInletOptions;
  /** What takes messages now. */
  #upstream: Upstream | null = null;
  /** It has taken the handshake: clients' messages may go to it. */
  #ready = false;
  /** It has been sent a request. */
  #hasAsked = false;
  /** Bytes of our own messages that it has not accepted, and of those that it need not know. */
  #unreadBytes = 0;
  #unreadHintBytes = 0;

  constructor(options: ServerInletOptions) {
    this.#options = options;
  }

  /** The process takes messages, the handshake's first. */
  open(upstream: Upstream): void {
    this.#upstream = upstream;
    this.#hasAsked = false;
    this.#unreadBytes = 0;
    this.#unreadHintBytes = 0;
  }

  /**
   * It has taken the handshake: what waits goes to it, behind its `initialized`, if there was one.
   */
  becomeReady(initialized: Uint8Array | null): void {
    this.#ready = true;
    if (initialized !== null) {
      // Its client may have sent it since the last process went: then it waits here too.
      this.waiting.takeMessage(initialized)?.flow.taken(1);
      this.send(initialized);
    }
    for (const { session, flow, message, id } of this.waiting.takeAll()) {
      this.writeMessage(session, flow, message, id);
    }
  }

  /** The process takes nothing any more. */
  close(): void {
    this.#ready = false;
    this.#upstream = null;
  }

  /** ServerPort.write(). */
  write(session: MultiplexSession, flow: Flow, batch: Batch, from: number, to: number): void {
    if (!this.#ready) {
      for (let i = from; i < to; i++) {
        const id = batch.verdict(i) === KIND_REQUEST ? batch.word(i, ARG) : 0;
        this.writeMessage(session, flow, session.messageOf(batch, i), id);
      }
      return;
    }
    for (let i = from; i < to; i++) {
      if (batch.verdict(i) === KIND_REQUEST) this.#sent(batch.word(i, ARG), session);
    }
    this.#upstream!.sink.write(flow, batch, from, to);
  }

  /** ServerPort.writeMessage(). */
  writeMessage(session: MultiplexSession, flow: Flow, message: Uint8Array, id: number): void {
    const { table, sessions } = this.#options;
    if (!this.#ready) {
      if (!sessions.has(session)) {
        // The last words of a client that has left wait for nothing; requests are none of them.
        flow.taken(1);
        return;
      }
      if (id !== 0) table.waits(id, session);
      this.waiting.add({ session, flow, message, id });
      return;
    }
    if (id !== 0) this.#sent(id, session);
    this.#upstream!.sendOne(message, () => flow.taken(1));
  }

  #sent(id: number, session: MultiplexSession): void {
    this.#options.table.sent(id, session);
    if (this.#hasAsked) return;
    this.#hasAsked = true;
    this.#upstream!.asked();
  }

  /**
   * A client's answer to a request of the server; false when it takes none. `sent`: it has accepted
   * it.
   */
  reply(message: Uint8Array, sent: () => void): boolean {
    if (this.#upstream === null) return false;
    this.#upstream.sendOne(message, sent);
    return true;
  }

  /** A message of ours that it has to get; nothing when it takes none. */
  send(message: Uint8Array): void {
    const upstream = this.#upstream;
    if (upstream === null) return;
    if (this.#unreadBytes > UNREAD_REPLY_BYTES) {
      this.#options.onUnread();
      return;
    }
    this.#unreadBytes += message.length;
    upstream.sendOne(message, () => {
      if (upstream === this.#upstream) this.#unreadBytes -= message.length;
    });
  }

  /** One that it need not know: left out while it has much of that to read. */
  hint(message: Uint8Array): void {
    const upstream = this.#upstream;
    if (upstream === null || this.#unreadHintBytes > UNREAD_REPLY_BYTES) return;
    this.#unreadHintBytes += message.length;
    upstream.sendOne(message, () => {
      if (upstream === this.#upstream) this.#unreadHintBytes -= message.length;
    });
  }
}
