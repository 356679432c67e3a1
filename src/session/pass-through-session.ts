import {
  ACTION_PASS,
  FRAMING_NONE,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  KIND_RESPONSE,
  ON_BAD_REASON,
  ON_BAD_REPLY,
  op,
} from '../../workers/batch-layout.js';
import { CLOSE_INTERNAL_ERROR, CLOSE_NORMAL, CLOSE_TOO_BIG } from '../close-codes.js';
import { messageOf } from '../errors.js';
import { unframe } from '../framing/message-framing.js';
import type { Batch } from '../lane/batch.js';
import { Flow } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { LEAVE_GRACE_MS, MAX_SERVER_ARRAY_ELEMENTS, STOP_GRACE_MS } from '../limits.js';
import type { Logger } from '../log.js';
import type {
  Upstream,
  UpstreamEvents,
  UpstreamExit,
  UpstreamFactory,
} from '../upstream/upstream.js';
import { ArrayReplies } from './array-replies.js';
import { brokenServerReplyId, isBrokenReply, replyWithoutId } from './broken-reply.js';
import type { Client } from './client.js';
import { DrainTimer } from './drain-timer.js';
import { errorReply } from './error-reply.js';
import { GATEWAY_ERRORS } from './gateway-errors.js';
import { MalformedInput } from './malformed.js';
import { MethodNames } from './method-names.js';
import { NoiseLog } from './noise-log.js';
import { type PassedThrough, ToClient, ToServer } from './pass-through-flows.js';
import { EXIT, MCP_CANCELLED } from './protocol-methods.js';
import { idText } from './request-id.js';
import type { WatchedRequest } from './request-watch.js';
import type { Session } from './session.js';
import { TrackedRequests, type TrackedRequestsOptions } from './tracked-requests.js';
import { UnreadAnswers } from './unread-answers.js';

const LOOKED_AT = new MethodNames([MCP_CANCELLED, EXIT]);

export interface SessionOptions extends TrackedRequestsOptions {
  readonly client: Client;
  readonly lane: Lane;
  readonly upstream: UpstreamFactory;
  /** Close the client at its first bad message (1007) instead of answering it. */
  readonly disconnectOnMalformed: boolean;
  /** How long answers are waited for after the end of a stdio client's input. */
  readonly drainTimeoutMs: number;
  /** Elements that a JSON array may have; 0 refuses arrays. */
  readonly maxArray: number;
  readonly log: Logger;
  /** Everything of it has ended. */
  readonly onEnded: (session: Session) => void;
}

/**
 * Mode `session`: a server of its own for one client. Ids and bytes pass unchanged.
 *
 *     client.source -> toServer -> upstream.sink
 *     client.sink   <- toClient <- upstream.source
 */
export class PassThroughSession implements Session, UpstreamEvents, PassedThrough {
  readonly #options: SessionOptions;
  readonly #client: Client;
  readonly #upstream: Upstream | null;
  readonly #toServer: Flow;
  readonly #toClient: Flow | null = null;
  readonly #noise: NoiseLog;
  readonly #answers: UnreadAnswers;
  readonly #arrays: ArrayReplies;
  readonly #malformed: MalformedInput;
  readonly #requests: TrackedRequests;
  /** The server has been sent a request. */
  #hasAsked = false;
  #goneReason: string | null = null;
  #outputEnded = false;
  #inputEnded = false;
  #clientEnded = false;
  #clientGone = false;
  /** The client has told the server to exit; and it has done so. */
  #exitAsked = false;
  #didExit = false;
  #stopping: Promise<void> | null = null;
  readonly #drain: DrainTimer;
  #leaveTimer: NodeJS.Timeout | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { client, lane } = options;
    this.#client = client;
    this.#noise = new NoiseLog(options.log);
    this.#requests = new TrackedRequests(options, (request, cancel) =>
      this.#timedOut(request, cancel),
    );
    this.#upstream = this.#startUpstream();
    this.#answers = new UnreadAnswers(client, () =>
      this.#toClient === null ? [this.#toServer] : [this.#toServer, this.#toClient],
    );
    this.#arrays = new ArrayReplies(this.#answers, options.maxArray);
    this.#malformed = new MalformedInput(client, options.disconnectOnMalformed);
    this.#drain = new DrainTimer(
      options.drainTimeoutMs,
      () => `${this.#requests.settledCount} ${client.heldBackBytes}`,
      () => this.#giveUp(),
    );
    this.#toServer = new Flow({
      lane,
      op: op(ACTION_PASS, this.#upstream?.framing ?? FRAMING_NONE, ON_BAD_REPLY),
      source: client.source,
      handler: new ToServer(this),
      maxArray: options.maxArray,
      takesTurns: true,
    });
    client.start(this.#toServer);
    if (this.#upstream === null) return;
    this.#toClient = new Flow({
      lane,
      op: op(ACTION_PASS, client.framing, ON_BAD_REASON),
      source: this.#upstream.source,
      handler: new ToClient(this),
      maxArray: MAX_SERVER_ARRAY_ELEMENTS,
    });
    this.#upstream.start(this.#toClient);
  }

  get quiet(): boolean {
    const isIdle = this.#toServer.isIdle && this.#toClient?.isIdle !== false;
    if (!isIdle || this.#client.heldBackBytes > 0) return false;
    // After the end of its input answers have been waited for already.
    return this.#client.source.peek() === null && (this.#drain.waits || !this.#awaitsReplies);
  }

  clientEnded(gone: boolean): void {
    this.#clientEnded = true;
    this.#clientGone = gone;
    if (gone) this.#upstream?.discardOutput();
    // What it sent before is still delivered; answers are waited for only if it can have them.
    this.#toServer.endOfSource();
    if (gone && this.#inputEnded) {
      void this.#stopUpstream(LEAVE_GRACE_MS);
      return;
    }
    if (!gone) {
      this.#drain.start();
      return;
    }
    // A client may end its input first and leave later: then nobody waits for answers any more.
    this.#drain.stop();
    // A server that does not take what was sent has used up half of its grace by then.
    this.#leaveTimer = setTimeout(
      () => void this.#stopUpstream(LEAVE_GRACE_MS / 2),
      LEAVE_GRACE_MS,
    );
  }

  async stop(code: number, reason: string): Promise<void> {
    this.#upstream?.closeInput();
    this.#upstream?.discardOutput();
    // A server whose input has ended before has had some of its time.
    const graceMs = Math.max(LEAVE_GRACE_MS / 2, STOP_GRACE_MS - this.#drain.waitedMs);
    // First: a client that has left would give the server less time.
    const stopped = this.#stopUpstream(graceMs);
    this.#client.close(code, reason);
    await stopped;
  }

  /** Passes requests on; those whose reply has to be caught are noted. */
  deliverToServer(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#malformed.refused) {
      flow.taken(to - from);
      return;
    }
    let start = from;
    for (let i = from; i < to; i++) {
      const kind = batch.verdict(i);
      const isRequest = kind === KIND_REQUEST;
      if (isRequest && this.#requests.full) {
        if (i > start) this.#writeToServer(flow, batch, start, i);
        start = i + 1;
        this.#refuse(flow, batch, i);
        continue;
      }
      if (isRequest) this.#requests.sent(batch, i);
      else if (kind === KIND_NOTIFICATION) this.#notified(batch, i);
      if (this.#arrays.active || this.#requests.timesOut) this.#note(batch, i, isRequest);
    }
    if (to > start) this.#writeToServer(flow, batch, start, to);
    if (!this.#hasAsked && this.#requests.any) {
      this.#hasAsked = true;
      this.#upstream?.asked();
    }
  }

  deliverToClient(flow: Flow, batch: Batch, from: number, to: number): void {
    let start = from;
    for (let i = from; i < to; i++) {
      if (batch.verdict(i) < KIND_RESPONSE) continue;
      const caught = this.#requests.answered(batch, i);
      if (caught === null) continue;
      // First: what the server said before the last answer of an array goes before the array.
      if (i > start) this.#client.sink.write(flow, batch, start, i);
      if (caught !== 'late') {
        caught.add(unframe(batch.output(i), this.#client.framing), idText(batch, i));
      }
      flow.taken(1);
      start = i + 1;
    }
    if (to > start) this.#client.sink.write(flow, batch, start, to);
    this.#stopIfServed();
  }

  badFromClient(batch: Batch, index: number): void {
    if (this.#malformed.refused) return;
    const isReply = isBrokenReply(batch, index);
    if (isReply)
      this.#answerServer(errorReply(idText(batch, index), GATEWAY_ERRORS.brokenClientReply));
    if (this.#malformed.closesFor(batch, index)) return;
    this.#arrays.error(isReply ? replyWithoutId(batch, index) : batch.output(index));
  }

  arrayFromClient(count: number): boolean {
    return !this.#malformed.refusesArray(count) && this.#arrays.begin(count);
  }

  badFromServer(batch: Batch, index: number): void {
    this.noise(Buffer.from(batch.output(index)).toString('utf8'));
    const id = brokenServerReplyId(batch, index);
    if (id === null) return;
    const caught = this.#requests.answered(batch, index);
    const reply = errorReply(id, GATEWAY_ERRORS.brokenReply);
    if (caught === null) this.#answers.sendOne(reply);
    else if (caught !== 'late') caught.add(reply);
    this.#stopIfServed();
  }

  clientFlowEnded(): void {
    this.#inputEnded = true;
    this.#upstream?.closeInput();
    if (this.#clientGone) void this.#stopUpstream(LEAVE_GRACE_MS);
    else if (!this.#awaitsReplies) void this.#stopUpstream(STOP_GRACE_MS);
  }

  serverFlowEnded(): void {
    this.#outputEnded = true;
    void this.#stopUpstream(STOP_GRACE_MS);
    this.#closeWhenOver();
  }

  gone(reason: string, { code, signal }: UpstreamExit, isRegular = false): void {
    this.#didExit = isRegular && this.#exitAsked;
    // The exit of a process has been logged with more about it.
    const isExit = code !== null || signal !== null;
    if (!isExit && !this.#didExit && !this.#clientGone && this.#stopping === null)
      this.#logGone(reason);
    this.#goneReason ??= reason;
    this.#closeWhenOver();
  }

  noise(reason: string): void {
    this.#noise.add(reason);
  }

  oversize(limitBytes: number): void {
    this.tooBig(`the server sent a message above ${limitBytes} bytes`);
  }

  /** What the server said cannot be delivered, and whom it would have answered is not known. */
  tooBig(reason: string): void {
    this.#options.log.error(reason);
    this.#goneReason ??= reason;
    this.#client.close(CLOSE_TOO_BIG, reason);
  }

  #writeToServer(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#upstream === null) flow.taken(to - from);
    else this.#upstream.sink.write(flow, batch, from, to);
  }

  /**
   * In place of the client's own answer. It is in no ring: nothing more is taken from the client
   * until the server has it.
   */
  #answerServer(reply: Uint8Array): void {
    if (this.#upstream === null) return;
    this.#toServer.hold();
    this.#upstream.sendOne(reply, () => this.#toServer.release());
  }

  /** Too many requests are watched: those of arrays, or all of them with a timeout. */
  #refuse(flow: Flow, batch: Batch, index: number): void {
    const reply = errorReply(idText(batch, index), GATEWAY_ERRORS.tooManyRequests);
    const array = this.#arrays.next(true);
    if (array === null) this.#answers.sendOne(reply);
    else array.add(reply);
    flow.taken(1);
  }

  #notified(batch: Batch, index: number): void {
    const method = LOOKED_AT.find(batch, index);
    if (method === EXIT) this.#exitAsked = true;
    else if (method !== null) this.#requests.cancel(batch.input(index));
  }

  /** Remembers a request whose reply belongs to an array, or may come too late. */
  #note(batch: Batch, index: number, isRequest: boolean): void {
    const array = this.#arrays.next(isRequest);
    if (isRequest && (array !== null || this.#requests.timesOut)) {
      this.#requests.watch(batch, index, array);
    }
  }

  /** A request has had no answer for too long: the client gets one, the server is told. */
  #timedOut(request: WatchedRequest, cancel: Uint8Array | null): void {
    const reply = errorReply(String(request.id), GATEWAY_ERRORS.timeout);
    if (request.array === null) this.#answers.sendOne(reply);
    else request.array.add(reply);
    if (cancel !== null) this.#upstream?.sendOne(cancel);
    this.#stopIfServed();
  }

  get #awaitsReplies(): boolean {
    return !this.#outputEnded && this.#requests.any;
  }

  #stopIfServed(): void {
    if (this.#inputEnded && !this.#awaitsReplies) void this.#stopUpstream(STOP_GRACE_MS);
  }

  /** The client's input has ended, and the server answers nothing any more. */
  #giveUp(): void {
    if (!this.#served) this.#goneReason ??= this.#drain.reason;
    void this.#stopUpstream(STOP_GRACE_MS);
  }

  #startUpstream(): Upstream | null {
    try {
      return this.#options.upstream(this, this.#options.log);
    } catch (error) {
      this.#goneReason = `the server cannot be started: ${messageOf(error)}`;
      this.#outputEnded = true;
      this.#logGone(this.#goneReason);
      // Not within accept(): the front end has to know the session first.
      queueMicrotask(() => {
        this.#closeWhenOver();
        void this.#stopUpstream(0);
      });
      return null;
    }
  }

  #logGone(reason: string): void {
    this.#options.log.error({ reason }, 'the server is gone');
  }

  /** After the last answer was delivered, and it is known how the server ended. */
  #closeWhenOver(): void {
    if (!this.#outputEnded || this.#goneReason === null) return;
    this.#client.close(this.#served ? CLOSE_NORMAL : CLOSE_INTERNAL_ERROR, this.#goneReason);
  }

  /** The client wants nothing more, and has the answers to all that it asked. */
  get #served(): boolean {
    return (this.#clientEnded || this.#didExit) && this.#toServer.isIdle && !this.#requests.any;
  }

  #stopUpstream(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stopUpstreamNow(graceMs);
    return this.#stopping;
  }

  async #stopUpstreamNow(graceMs: number): Promise<void> {
    await this.#upstream?.stop(graceMs);
    this.#drain.stop();
    if (this.#leaveTimer !== null) clearTimeout(this.#leaveTimer);
    this.#requests.end();
    this.#noise.end();
    this.#options.onEnded(this);
  }
}
