import { ACTION_FROM_SERVER, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import type { ReplyError } from '../../workers/kernel/replies.js';
import { CLOSE_INTERNAL_ERROR, CLOSE_TRY_AGAIN_LATER } from '../close-codes.js';
import type { Batch } from '../lane/batch.js';
import { Flow } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { MAX_LEFT_BEHIND_BYTES, MAX_SERVER_ARRAY_ELEMENTS, UNREAD_REPLY_BYTES } from '../limits.js';
import { CancelledRequests } from '../session/cancelled-requests.js';
import { errorReply } from '../session/error-reply.js';
import { GATEWAY_ERRORS, withData } from '../session/gateway-errors.js';
import { MethodNames } from '../session/method-names.js';
import { cancelNotification, type Profile } from '../session/profile.js';
import {
  CLIENT_CANCEL_METHODS,
  DOCUMENT_METHODS,
  EXIT,
  INITIALIZED_METHODS,
  SHUTDOWN,
} from '../session/protocol-methods.js';
import type { Upstream, UpstreamExit } from '../upstream/upstream.js';
import type { IdentifiedMessage } from './client-request.js';
import { endOfQuestions } from './end-of-questions.js';
import type { Handshake } from './handshake.js';
import type { HandshakeWaiter } from './handshake-waiters.js';
import { LeftBehind } from './left-behind.js';
import type { MultiplexSession } from './multiplex-session.js';
import type { NotificationRules } from './notification-rules.js';
import { OpenDocuments } from './open-documents.js';
import { OwnedRequests, type RequestOwner } from './request-owner.js';
import type { RequestTable } from './request-table.js';
import { ServerInlet } from './server-inlet.js';
import { type LivingServer, ServerLife, type ServerLifeOptions } from './server-life.js';
import { ServerOutput, type SpeakingServer } from './server-output.js';
import type { ServerPort } from './server-port.js';
import type { ServerRequestRule } from './server-request-rule.js';
import { ServerRequests } from './server-requests.js';
import { ServerTokens } from './server-tokens.js';
import { type HandshakeServer, SharedHandshake } from './shared-handshake.js';
import { splice } from './splice.js';

export interface SharedServerOptions extends ServerLifeOptions {
  /** How frames to it are told apart: a FRAMING_ constant. */
  readonly framing: number;
  readonly lane: Lane;
  readonly table: RequestTable;
  /** Methods whose result is kept; empty: no handshake is known. */
  readonly handshakeMethods: readonly string[];
  /** Null: guessed from the handshake. */
  readonly profile: Profile | null;
  readonly serverRequests: ServerRequestRule;
  readonly notifications: NotificationRules;
}

/** Methods with which a client of a handshake ends; without a handshake they just pass. */
const END_METHODS = [SHUTDOWN, EXIT];

const DOCUMENTS_LOST = 'the server has ended, and what was open in it; connect and open it again';

/**
 * One server process (or connection) that several clients share, through all its restarts.
 */
export class SharedServer
  implements ServerPort<MultiplexSession>, SpeakingServer, LivingServer, HandshakeServer
{
  readonly table: RequestTable;
  readonly framing: number;
  readonly handshakeMethods: ReadonlySet<string>;
  readonly specialMethods: MethodNames;
  readonly requests = new ServerRequests();
  readonly tokens = new ServerTokens<MultiplexSession>();
  readonly documents = new OpenDocuments<MultiplexSession>();
  readonly sessions = new Set<MultiplexSession>();
  /** Owner of the handshake's requests that no client waits for. */
  readonly own: RequestOwner = { server: this, requests: new OwnedRequests() };
  readonly sharedHandshake: SharedHandshake<MultiplexSession>;
  /** Replies and cancels that were nobody's: unknown, forged, repeated or late. */
  droppedCount = 0;

  /** Of the process that ends: clients that had documents open in it. */
  readonly #lostDocuments: MultiplexSession[] = [];
  readonly #options: SharedServerOptions;
  readonly #life: ServerLife;
  readonly #cancelled = new CancelledRequests<{ session: MultiplexSession; id: number }>({
    isOpen: ({ session, id }) => this.table.isInFlight(id, session),
    graceOver: ({ session, id }) => this.#forgo(session, id),
  });
  #isJoining = false;
  readonly #leftBehind = new LeftBehind();
  readonly #inlet: ServerInlet;
  #begun: Upstream | null = null;
  /** Why the process at hand is being ended by us; or ''. */
  #restartedFor = '';

  constructor(options: SharedServerOptions) {
    this.#options = options;
    this.table = options.table;
    this.framing = options.framing;
    this.handshakeMethods = new Set(options.handshakeMethods);
    this.specialMethods = new MethodNames([
      ...options.handshakeMethods,
      ...CLIENT_CANCEL_METHODS,
      ...DOCUMENT_METHODS,
      ...(options.handshakeMethods.length > 0 ? [...INITIALIZED_METHODS, ...END_METHODS] : []),
    ]);
    this.sharedHandshake = new SharedHandshake(this, options.profile);
    const { table, sessions } = this;
    this.#inlet = new ServerInlet({ table, sessions, onUnread: () => this.#restartUnread() });
    this.#life = new ServerLife(this, options);
    if (options.eager) this.#life.need();
  }

  get notifications(): NotificationRules {
    return this.#options.notifications;
  }

  get serverRequestRule(): ServerRequestRule {
    return this.#options.serverRequests;
  }

  get handshake(): Handshake {
    return this.sharedHandshake.record;
  }

  get hasClients(): boolean {
    return this.sessions.size > 0;
  }

  /** It has died, and clients wait for the next one, or were closed for that. */
  get isDown(): boolean {
    return this.#life.isDown;
  }

  /** Messages and requests of a handshake that wait. */
  get waitingCount(): number {
    return this.#inlet.waiting.size + this.sharedHandshake.waiters.size;
  }

  join(session: MultiplexSession): void {
    this.sessions.add(session);
    this.#isJoining = true;
    this.#life.need();
    this.#isJoining = false;
    if (this.#leftBehind.bytes <= MAX_LEFT_BEHIND_BYTES) return;
    // Not within accept(): the front end has to know the session first.
    queueMicrotask(() => session.close(CLOSE_TRY_AGAIN_LATER, 'the server does not read'));
  }

  leave(session: MultiplexSession): void {
    this.sessions.delete(session);
    this.tokens.deleteAllOf(session);
    const waiters = this.sharedHandshake.waiters.takeAllOf(session);
    const waiting = this.#inlet.waiting.takeAllOf(session);
    const begun = waiting.map(({ id }) => this.table.extraOf(id)?.handshake);
    for (const { id } of [...waiters, ...waiting]) if (id !== 0) this.table.free(id);
    for (const id of this.table.idsOf(session)) this.#cancel(id, 'the client has left');
    for (const { originalId } of this.requests.takeAllOf(session)) {
      this.send(errorReply(originalId, GATEWAY_ERRORS.clientGone));
    }
    for (const { flow } of [...waiters, ...waiting]) flow.taken(1);
    for (const method of begun) if (method !== undefined) this.sharedHandshake.failed(method);
    this.#leftBehind.add(session);
    if (this.sessions.size === 0) this.#life.unneeded();
  }

  lastWord(session: MultiplexSession): void {
    for (const close of this.documents.closeAllOf(session)) this.#inlet.hint(close);
  }

  write(session: MultiplexSession, flow: Flow, batch: Batch, from: number, to: number): void {
    this.#inlet.write(session, flow, batch, from, to);
  }

  writeMessage(session: MultiplexSession, flow: Flow, message: Uint8Array, id: number): void {
    this.#inlet.writeMessage(session, flow, message, id);
  }

  awaitHandshake(waiter: HandshakeWaiter<MultiplexSession>): void {
    this.sharedHandshake.awaitAnswer(waiter);
  }

  requestCancelled(session: MultiplexSession, id: number): void {
    this.#cancelled.add({ session, id });
  }

  clientReply(
    session: MultiplexSession,
    flow: Flow,
    { bytes, id }: IdentifiedMessage,
    isError: boolean,
  ): void {
    const text = Buffer.from(bytes.subarray(id.start, id.end)).toString('utf8');
    const request = this.requests.settle(text, session);
    if (request !== null) {
      // LSP: for a token that was refused there is no progress.
      if (isError && request.token !== undefined) this.tokens.delete(request.token);
      const reply = splice(bytes, [{ ...id, bytes: request.originalId }]);
      if (this.#inlet.reply(reply, () => flow.taken(1))) return;
    }
    this.dropped('a client answered what it was not asked');
    flow.taken(1);
  }

  brokenClientReply(session: MultiplexSession, id: string): boolean {
    const request = this.requests.settle(id, session);
    if (request === null) return false;
    this.send(errorReply(request.originalId, GATEWAY_ERRORS.brokenClientReply));
    return true;
  }

  send(message: Uint8Array): void {
    this.#inlet.send(message);
  }

  timeOut(session: MultiplexSession, id: number): void {
    const error = GATEWAY_ERRORS.timeout;
    // Telling a slow client of one may have ended it, and the others with it.
    if (!this.table.isInFlight(id, session)) return;
    const method = this.table.extraOf(id)?.handshake;
    const waiting = this.sharedHandshake.waiters.take(id) ?? this.#inlet.waiting.take(id);
    if (method !== undefined) session.greeted = false;
    if (waiting !== null) {
      session.answerError(id, error);
      waiting.flow.taken(1);
      // It was the first one, and never sent.
      if (method !== undefined && !('method' in waiting)) this.sharedHandshake.failed(method);
    } else if (method !== undefined) {
      // Others wait for its answer too: only this client is told, and it goes on.
      const { original, array } = this.table.answerTo(id);
      this.table.adopt(id, this.own);
      session.answer(errorReply(original, error), array);
    } else if (this.table.extraOf(id)?.unneeded === true) {
      session.forgo(id);
    } else {
      this.#sendCancel(id, 'the request timed out');
      session.answerError(id, error);
    }
  }

  /** A message that waits is void. */
  dropWaiting(message: Uint8Array): void {
    this.#inlet.waiting.takeMessage(message)?.flow.taken(1);
  }

  /** Ends the process at hand; clients wait for the next one. */
  restart(): void {
    this.#life.restart();
  }

  noise(reason: string): void {
    this.#life.noise(reason);
  }

  outputEnded(): void {
    this.#life.outputEnded();
  }

  dropped(what: string): void {
    this.droppedCount++;
    this.#options.log.debug({ dropped: this.droppedCount }, what);
  }

  /** Ends the server; clients have been closed before. */
  stop(): Promise<void> {
    this.#cancelled.end();
    return this.#life.stop();
  }

  begun(upstream: Upstream): void {
    this.#begun = upstream;
    const flow = new Flow({
      lane: this.#options.lane,
      op: op(ACTION_FROM_SERVER, FRAMING_NONE, ON_BAD_REASON),
      source: upstream.source,
      handler: new ServerOutput(this),
      maxArray: MAX_SERVER_ARRAY_ELEMENTS,
    });
    upstream.start(flow);
  }

  opened(): void {
    this.#inlet.open(this.#begun!);
    this.sharedHandshake.begin((initialized) => {
      this.#life.becameReady();
      this.documents.ready();
      this.#inlet.becomeReady(initialized);
    });
  }

  ending(): void {
    this.#inlet.close();
    this.#lostDocuments.push(...this.documents.gone());
    this.sharedHandshake.end();
  }

  gone(exit: UpstreamExit): void {
    this.#begun = null;
    const told = endOfQuestions(this.handshake.profile, this.requests, this.tokens);
    // It may end a client that is too slow.
    for (const { client, message } of told) client.answer(message, undefined);
    const detail = this.#restartedFor === '' ? {} : { detail: this.#restartedFor };
    this.#restartedFor = '';
    this.#answerInFlight(withData(GATEWAY_ERRORS.upstreamExited, { ...exit, ...detail }));
    // They would go on as if the next process had their documents. One that comes again opens them.
    for (const session of this.#lostDocuments.splice(0)) {
      if (this.sessions.has(session)) session.close(CLOSE_INTERNAL_ERROR, DOCUMENTS_LOST);
    }
  }

  forget(): void {
    this.sharedHandshake.forget();
  }

  gaveUp(reason: string): void {
    const closeAll = (): void => {
      for (const session of [...this.sessions]) session.close(CLOSE_INTERNAL_ERROR, reason);
    };
    // As in join().
    if (this.#isJoining) queueMicrotask(closeAll);
    else closeAll();
  }

  oversize(limitBytes: number): void {
    this.tooBig(`the server sent a message above ${limitBytes} bytes`);
  }

  tooBig(reason: string): void {
    this.#options.log.error(`${reason}, and is restarted`);
    this.#restartedFor = reason;
    this.restart();
  }

  #restartUnread(): void {
    this.#options.log.error(
      { limitBytes: UNREAD_REPLY_BYTES },
      'the server does not read what it is told and is restarted',
    );
    this.restart();
  }

  #answerInFlight(error: ReplyError): void {
    const failed = new Set<string>();
    for (const session of [...this.sessions, null]) {
      for (const id of this.table.idsOf(session ?? this.own).reverse()) {
        // One that waits is for the next process; one that is free was a client's that has left
        // since.
        if (!this.table.isSent(id)) continue;
        const method = this.table.extraOf(id)?.handshake;
        if (method !== undefined) failed.add(method);
        if (session === null) this.table.free(id);
        else {
          if (method !== undefined) session.greeted = false;
          session.answerError(id, error);
        }
      }
    }
    for (const method of failed) this.sharedHandshake.failed(method);
  }

  /** A request whose client is gone: the server need not go on with it. */
  #cancel(id: number, reason: string): void {
    if (this.table.extraOf(id)?.handshake !== undefined) {
      // A handshake's result is wanted by others, and it must not be cancelled.
      this.table.adopt(id, this.own);
      return;
    }
    this.#sendCancel(id, reason);
    this.table.free(id);
  }

  /** A request was cancelled and has had no answer within the grace. */
  #forgo(session: MultiplexSession, id: number): void {
    if (!this.table.isInFlight(id, session)) return;
    if (this.table.isSent(id)) session.forgo(id);
    // The server has not had the chance yet.
    else this.#cancelled.add({ session, id });
  }

  #sendCancel(id: number, reason: string): void {
    if (this.table.extraOf(id)?.cancelled) return;
    const cancel = cancelNotification(this.handshake.profile, String(id), reason);
    if (cancel !== null) this.#inlet.hint(cancel);
  }
}
