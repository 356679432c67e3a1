import {
  ACTION_FROM_SERVER,
  ARG,
  FRAMING_NONE,
  KIND_REQUEST,
  ON_BAD_REASON,
  op,
} from '../../workers/batch-layout.js';
import type { ReplyError } from '../../workers/kernel/replies.js';
import { messageOf } from '../errors.js';
import type { Batch } from '../lane/batch.js';
import { Flow } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { STOP_GRACE_MS } from '../limits.js';
import type { Logger } from '../log.js';
import { CLOSE_UPSTREAM_GONE } from '../session/client.js';
import { errorReply } from '../session/error-reply.js';
import { MethodNames } from '../session/method-names.js';
import { NoiseLog } from '../session/noise-log.js';
import { cancelNotification, type Profile } from '../session/profile.js';
import type {
  Upstream,
  UpstreamEvents,
  UpstreamExit,
  UpstreamFactory,
} from '../upstream/upstream.js';
import { CancelledRequests } from './cancelled-requests.js';
import { FromServer } from './from-server.js';
import { Handshake, INITIALIZED_METHODS, type KeptMessage } from './handshake.js';
import { HandshakeReplay } from './handshake-replay.js';
import type { MultiplexSession } from './multiplex-session.js';
import type { NotificationRules } from './notification-rules.js';
import type { RequestOwner, RequestTable } from './request-table.js';
import { RestartBackoff } from './restart-backoff.js';
import type { ServerPort } from './server-port.js';
import type { ServerRequestRule } from './server-request-rule.js';
import { ServerRequests } from './server-requests.js';
import { splice } from './splice.js';

export interface SharedServerOptions {
  readonly upstream: UpstreamFactory;
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
  /** Starts in a row after which clients are closed. */
  readonly maxRestarts: number;
  /** Start at once, and again without clients. */
  readonly eager: boolean;
  /** How long it is kept without clients. */
  readonly idleTimeoutMs: number;
  readonly log: Logger;
}

/** A message that waits for the server to be there. */
interface Waiting {
  readonly session: MultiplexSession;
  /** Null for one that was counted as taken before. */
  readonly flow: Flow | null;
  readonly message: Uint8Array;
  /** 0: no request. */
  readonly id: number;
}

/** Methods of a client that are looked at; without a handshake `shutdown` and `exit` just pass. */
const CANCEL_METHODS = ['notifications/cancelled', '$/cancelRequest'];
const END_METHODS = ['shutdown', 'exit'];

/**
 * One server process (or connection) that several clients share: it is started when it is
 * needed, again when it dies, and ended when nobody has needed it for a while.
 *
 *      down --start--> starting (handshake is replayed) --> ready --dies--> down
 */
export class SharedServer implements ServerPort<MultiplexSession>, UpstreamEvents {
  readonly table: RequestTable;
  readonly framing: number;
  readonly handshakeMethods: ReadonlySet<string>;
  readonly specialMethods: MethodNames;
  readonly requests = new ServerRequests();
  readonly sessions = new Set<MultiplexSession>();
  /** Owner of the handshake's requests that no client waits for. */
  readonly own: RequestOwner = { server: this, newestSlot: -1, inFlight: 0 };
  handshake: Handshake;
  /** Replies that were nobody's: unknown, forged, repeated or late. */
  droppedReplies = 0;

  readonly #options: SharedServerOptions;
  readonly #noise: NoiseLog;
  readonly #backoff: RestartBackoff;
  readonly #cancelled: CancelledRequests;
  #upstream: Upstream | null = null;
  #ready = false;
  #stopping = false;
  #replay: HandshakeReplay | null = null;
  #waiting: Waiting[] = [];
  #awaitHandshake: HandshakeWaiter[] = [];
  #goneReason: string | null = null;
  #exit: UpstreamExit = { code: null, signal: null };
  #outputEnded = false;
  #restartTimer: NodeJS.Timeout | null = null;
  #idleTimer: NodeJS.Timeout | null = null;

  constructor(options: SharedServerOptions) {
    this.#options = options;
    this.table = options.table;
    this.framing = options.framing;
    this.handshakeMethods = new Set(options.handshakeMethods);
    this.specialMethods = new MethodNames([
      ...options.handshakeMethods,
      ...CANCEL_METHODS,
      ...(options.handshakeMethods.length > 0 ? [...INITIALIZED_METHODS, ...END_METHODS] : []),
    ]);
    this.handshake = new Handshake(options.profile);
    this.#noise = new NoiseLog(options.log);
    this.#backoff = new RestartBackoff(options.maxRestarts);
    this.#cancelled = new CancelledRequests(options.table, this);
    if (options.eager) this.#start();
  }

  get notifications(): NotificationRules {
    return this.#options.notifications;
  }

  get serverRequestRule(): ServerRequestRule {
    return this.#options.serverRequests;
  }

  /** The process is there and takes messages. */
  get isUp(): boolean {
    return this.#ready;
  }

  get log(): Logger {
    return this.#options.log;
  }

  join(session: MultiplexSession): void {
    this.sessions.add(session);
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#idleTimer = null;
    if (this.#upstream === null && this.#restartTimer === null) this.#start();
  }

  leave(session: MultiplexSession): void {
    this.sessions.delete(session);
    this.#dropWaiting(session);
    for (const id of this.table.idsOf(session)) this.#cancel(id, 'the client has left');
    for (const { originalId } of this.requests.takeAllOf(session)) {
      this.send(clientGoneReply(originalId));
    }
    if (this.sessions.size === 0 && !this.#options.eager) {
      this.#idleTimer ??= setTimeout(() => void this.#endIdle(), this.#options.idleTimeoutMs);
    }
  }

  write(session: MultiplexSession, flow: Flow, batch: Batch, from: number, to: number): void {
    if (!this.isUp) {
      for (let i = from; i < to; i++) this.#wait(session, flow, batch, i);
      return;
    }
    for (let i = from; i < to; i++) {
      if (batch.verdict(i) === KIND_REQUEST) this.table.sent(batch.word(i, ARG), session);
    }
    this.#upstream!.sink.write(flow, batch, from, to);
  }

  writeMessage(session: MultiplexSession, flow: Flow, message: Uint8Array, id: number): void {
    if (!this.isUp) {
      this.#waiting.push({ session, flow, message, id });
      return;
    }
    if (id !== 0) this.table.sent(id, session);
    this.send(message);
    flow.taken(1);
  }

  resendMessage(session: MultiplexSession, message: Uint8Array, id: number): void {
    if (!this.#ready) this.#waiting.push({ session, flow: null, message, id });
    else {
      this.table.sent(id, session);
      this.send(message);
    }
  }

  awaitHandshake(session: MultiplexSession, method: string, request: KeptMessage): void {
    this.#awaitHandshake.push({ session, method, request });
  }

  requestCancelled(session: MultiplexSession, id: number): void {
    this.#cancelled.add(id, session);
  }

  clientReply(session: MultiplexSession, frame: Uint8Array, start: number, end: number): void {
    const id = Buffer.from(frame.subarray(start, end)).toString('latin1');
    const request = this.requests.settle(id, session);
    if (request === null) this.#dropped('a client answered what it was not asked');
    else this.send(splice(frame, [{ start, end, bytes: request.originalId }]));
  }

  /** Sends the server a message of ours; nothing when it is down. */
  send(message: Uint8Array): void {
    this.#upstream?.sendOne(message);
  }

  /** Gives up a request that has had no answer for too long, with `error` as its answer. */
  timeOut(id: number, session: MultiplexSession, error: ReplyError): void {
    if (this.table.extraOf(id)?.handshake !== undefined) {
      // Others wait for its answer too: only this client is told, and it goes on.
      const text = Buffer.from(this.table.originalId(id)).toString('latin1');
      this.table.adopt(id, this.own);
      session.answer(Buffer.from(errorReply(text, error)), undefined);
      return;
    }
    const cancel = this.#cancelMessage(id, 'the request timed out');
    session.answerError(id, error);
    if (cancel !== null) this.send(cancel);
  }

  /** A reply to a request of our own: of a handshake's replay, or one whose client has left. */
  ownReply(id: number, reply: KeptMessage, isResult: boolean): void {
    const method = this.table.extraOf(id)?.handshake;
    this.table.free(id);
    if (method === undefined) return;
    if (isResult) {
      this.handshake.answered(method, reply);
      this.handshakeAnswered(method);
    } else this.handshakeFailed(method);
    this.#replay?.answered(method, isResult);
  }

  /** Ends the process at hand; clients wait for the next one. */
  restart(): void {
    void this.#upstream?.stop(STOP_GRACE_MS);
  }

  /** The first request of a handshake was answered: so are those that wait for it. */
  handshakeAnswered(method: string): void {
    const waiting = this.#takeHandshakeWaiters(method);
    const answer = this.handshake.request(method);
    if (typeof answer === 'string') return;
    for (const { session, request } of waiting) {
      if (!this.sessions.has(session)) continue;
      session.greeted = true;
      const id = request.bytes.subarray(request.idStart, request.idEnd);
      const edit = { start: answer.idStart, end: answer.idEnd, bytes: id };
      session.answer(splice(answer.bytes, [edit]), undefined);
    }
  }

  /** It was answered with an error, or its process died: the next one tries. */
  handshakeFailed(method: string): void {
    this.handshake.failed(method);
    const [next, ...others] = this.#takeHandshakeWaiters(method);
    this.#awaitHandshake.push(...others);
    if (next === undefined) return;
    if (!this.sessions.has(next.session)) {
      this.handshakeFailed(method);
      return;
    }
    next.session.retryHandshake(method, next.request);
  }

  gone(reason: string, exit: UpstreamExit): void {
    this.#goneReason ??= reason;
    this.#exit = exit;
    this.#downWhenOver();
  }

  noise(reason: string): void {
    this.#noise.add(reason);
  }

  oversize(limitBytes: number): void {
    // Whose answer it was cannot be known, so nobody would ever get it: start afresh.
    this.log.error({ limitBytes }, 'the server sent a message above the limit and is restarted');
    this.restart();
  }

  outputEnded(): void {
    this.#outputEnded = true;
    void this.#upstream?.stop(STOP_GRACE_MS);
    this.#downWhenOver();
  }

  /** A reply, or a cancel, that is nobody's: dropped and counted. */
  replyDropped(): void {
    this.#dropped('a reply that nobody waits for');
  }

  /** Ends the server; clients have been closed before. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#cancelled.end();
    if (this.#restartTimer !== null) clearTimeout(this.#restartTimer);
    if (this.#idleTimer !== null) clearTimeout(this.#idleTimer);
    this.#noise.end();
    const upstream = this.#upstream;
    if (upstream === null) return;
    upstream.closeInput();
    upstream.discardOutput();
    await upstream.stop(STOP_GRACE_MS);
  }

  #start(): void {
    this.#restartTimer = null;
    this.#goneReason = null;
    this.#outputEnded = false;
    this.#backoff.started();
    try {
      this.#upstream = this.#options.upstream(this);
    } catch (error) {
      this.#outputEnded = true;
      this.gone(`the server cannot be started: ${messageOf(error)}`, { code: null, signal: null });
      return;
    }
    const flow = new Flow({
      lane: this.#options.lane,
      op: op(ACTION_FROM_SERVER, FRAMING_NONE, ON_BAD_REASON),
      source: this.#upstream.source,
      handler: new FromServer(this),
    });
    this.#upstream.start(flow);
    const replay = new HandshakeReplay(this, this.handshake.replay(), () => this.#becomeReady());
    this.#replay = replay;
    this.#upstream.onceReady(() => replay.start());
  }

  #becomeReady(): void {
    this.#ready = true;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { session, flow, message, id } of waiting) {
      if (flow === null) this.resendMessage(session, message, id);
      else this.writeMessage(session, flow, message, id);
    }
  }

  /** When its output has been read to the end and it is known how it ended. */
  #downWhenOver(): void {
    if (!this.#outputEnded || this.#goneReason === null) return;
    const reason = this.#goneReason;
    this.#upstream = null;
    this.#ready = false;
    this.#replay?.end();
    this.requests.clear();
    this.#answerInFlight();
    if (this.#stopping) return;
    if (this.sessions.size === 0 && !this.#options.eager) {
      this.handshake = new Handshake(this.#options.profile);
      return;
    }
    const delayMs = this.#backoff.nextDelayMs();
    if (delayMs === null) this.#giveUp(reason);
    else {
      this.log.warn({ reason, delayMs }, 'the server is gone and will be started again');
      this.#restartTimer = setTimeout(() => this.#start(), delayMs);
    }
  }

  #answerInFlight(): void {
    const error = {
      code: -32000,
      message: 'The server is gone.',
      data: { reason: 'upstream_exited', ...this.#exit },
    };
    for (const session of this.sessions) {
      for (const id of this.table.idsOf(session).reverse()) {
        const method = this.table.extraOf(id)?.handshake;
        session.answerError(id, error);
        if (method !== undefined) this.handshakeFailed(method);
      }
    }
    for (const id of this.table.idsOf(this.own)) {
      const method = this.table.extraOf(id)?.handshake;
      this.table.free(id);
      if (method !== undefined) this.handshakeFailed(method);
    }
  }

  /** It does not stay up: clients are told, and the next one may try again. */
  #giveUp(reason: string): void {
    this.log.error({ reason }, 'the server does not stay up; its clients are closed');
    this.#backoff.reset();
    this.handshake = new Handshake(this.#options.profile);
    for (const session of [...this.sessions]) session.close(CLOSE_UPSTREAM_GONE, reason);
  }

  async #endIdle(): Promise<void> {
    this.#idleTimer = null;
    this.log.info('the server has no clients and is ended');
    await this.stop();
    this.#stopping = false;
    if (this.sessions.size > 0 && this.#upstream === null) this.#start();
  }

  /** Keeps the output of frame `index` until the server is there. */
  #wait(session: MultiplexSession, flow: Flow, batch: Batch, index: number): void {
    const id = batch.verdict(index) === KIND_REQUEST ? batch.word(index, ARG) : 0;
    this.#waiting.push({ session, flow, message: session.messageOf(batch, index), id });
  }

  #dropWaiting(session: MultiplexSession): void {
    const mine = this.#waiting.filter((waiting) => waiting.session === session);
    if (mine.length === 0) return;
    this.#waiting = this.#waiting.filter((waiting) => waiting.session !== session);
    for (const { flow, id } of mine) {
      if (id !== 0) this.table.free(id);
      flow?.taken(1);
    }
  }

  /** A request whose client is gone: the server need not go on with it. */
  #cancel(id: number, reason: string): void {
    if (this.table.extraOf(id)?.handshake !== undefined) {
      // A handshake's result is wanted by others, and it must not be cancelled.
      this.table.adopt(id, this.own);
      return;
    }
    const cancel = this.#cancelMessage(id, reason);
    this.table.free(id);
    if (cancel !== null) this.send(cancel);
  }

  #cancelMessage(id: number, reason: string): Uint8Array | null {
    return cancelNotification(this.handshake.profile ?? 'plain', String(id), reason);
  }

  #takeHandshakeWaiters(method: string): HandshakeWaiter[] {
    const taken = this.#awaitHandshake.filter((waiter) => waiter.method === method);
    this.#awaitHandshake = this.#awaitHandshake.filter((waiter) => waiter.method !== method);
    return taken;
  }

  #dropped(what: string): void {
    this.droppedReplies++;
    this.log.debug({ dropped: this.droppedReplies }, what);
  }
}

interface HandshakeWaiter {
  readonly session: MultiplexSession;
  readonly method: string;
  /** The request as the client sent it. */
  readonly request: KeptMessage;
}

function clientGoneReply(originalId: Uint8Array): Uint8Array {
  const error = { code: -32000, message: 'The client has left.', data: { reason: 'client_gone' } };
  return Buffer.concat([
    Buffer.from('{"jsonrpc":"2.0","id":'),
    originalId,
    Buffer.from(`,"error":${JSON.stringify(error)}}`),
  ]);
}
