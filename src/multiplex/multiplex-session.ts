import {
  ACTION_TO_SERVER,
  ARG,
  ID_END,
  ID_START,
  KIND_ERROR,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  ON_BAD_REPLY,
  op,
  SPAN_A_END,
  SPAN_B_END,
} from '../../workers/batch-layout.js';
import { MAX_STORED_ID_BYTES } from '../../workers/id-store.js';
import { REPLY_START, type ReplyError } from '../../workers/kernel/replies.js';
import { CLOSE_INTERNAL_ERROR, CLOSE_NORMAL } from '../close-codes.js';
import { unframe } from '../framing/message-framing.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { MAX_CLIENT_REQUESTS, MAX_KEPT_ID_BYTES, RING_CAPACITY } from '../limits.js';
import type { Logger } from '../log.js';
import { ArrayReplies, type ArrayReply } from '../session/array-replies.js';
import { brokenReplyId, isBrokenReply, replyWithoutId } from '../session/broken-reply.js';
import type { Client } from '../session/client.js';
import { DrainTimer } from '../session/drain-timer.js';
import { errorReply } from '../session/error-reply.js';
import { GATEWAY_ERRORS } from '../session/gateway-errors.js';
import { MalformedInput } from '../session/malformed.js';
import {
  CLIENT_CANCEL_METHODS,
  DOCUMENT_METHODS,
  EXIT,
  SHUTDOWN,
} from '../session/protocol-methods.js';
import type { Session } from '../session/session.js';
import { notificationToServer } from './client-notification.js';
import {
  type ClientRequest,
  handshakeRequestOf,
  keepTokens,
  requestOf,
  rewriteRequest,
} from './client-request.js';
import type { KeptReply } from './handshake.js';
import type { HandshakeWaiter } from './handshake-waiters.js';
import { IdSupply } from './id-supply.js';
import { NamedRequests } from './named-requests.js';
import { Outlet, type OutletLimits } from './outlet.js';
import { OwnedRequests, type RequestOwner } from './request-owner.js';
import type { ServerPort } from './server-port.js';
import { splice } from './splice.js';

export interface MultiplexSessionOptions {
  readonly client: Client;
  readonly lane: Lane;
  readonly server: ServerPort<MultiplexSession>;
  readonly disconnectOnMalformed: boolean;
  /** Elements that a JSON array may have; 0 refuses arrays. */
  readonly maxArray: number;
  readonly outlet: OutletLimits;
  /** How long answers are waited for after the end of a stdio client's input. */
  readonly drainTimeoutMs: number;
  readonly log: Logger;
  readonly onEnded: (session: Session) => void;
}

/** Requests that pass together are in flight only afterwards; near the limit each is looked at. */
const PASSING_REQUESTS = MAX_CLIENT_REQUESTS - RING_CAPACITY;

/**
 * One of several clients of a server. What it sends has been rewritten by the worker; here
 * is decided what goes on, what is answered here, and what few messages need besides.
 */
export class MultiplexSession implements Session, FlowHandler, RequestOwner {
  readonly requests = new OwnedRequests();
  readonly named: NamedRequests;
  /** It takes part in the handshake: the server may speak to it. */
  greeted = false;
  readonly outlet: Outlet;
  readonly #options: MultiplexSessionOptions;
  readonly #client: Client;
  readonly #server: ServerPort<MultiplexSession>;
  readonly #flow: Flow;
  readonly #arrays: ArrayReplies;
  readonly #malformed: MalformedInput;
  readonly #ids: IdSupply;
  #gone = false;
  #left = false;
  /** All that it sent was taken, and there will be no more. */
  #ended = false;
  readonly #drain: DrainTimer;
  /** It leaves without answers to some of its requests. */
  #isUnanswered = false;

  constructor(options: MultiplexSessionOptions) {
    const { client, lane, server, maxArray } = options;
    this.#options = options;
    this.#client = client;
    this.#server = server;
    this.named = new NamedRequests(server.table, this);
    this.outlet = new Outlet(client, options.outlet, (why) =>
      options.log.warn({ client: client.label, why }, 'a client is too slow and is closed'),
    );
    this.#arrays = new ArrayReplies(
      {
        sendOne: (message) => this.outlet.sendOne(message),
        reply: (bytes) => {
          this.outlet.flush();
          client.reply(bytes);
        },
      },
      maxArray,
    );
    this.#malformed = new MalformedInput(client, options.disconnectOnMalformed);
    this.#drain = new DrainTimer(
      options.drainTimeoutMs,
      () => `${this.requests.settled} ${client.heldBackBytes}`,
      () => this.#giveUp(),
    );
    this.#ids = new IdSupply(server.table, () => this.#flow.pump());
    this.#flow = new Flow({
      lane,
      op: op(ACTION_TO_SERVER, server.framing, ON_BAD_REPLY),
      source: client.source,
      handler: this,
      args: this.#ids,
      maxArray,
      takesTurns: true,
    });
    server.join(this);
    client.start(this.#flow);
  }

  get server(): object {
    return this.#server;
  }

  get quiet(): boolean {
    // After the end of its input answers have been waited for already.
    if ((this.#awaitsAnswers && !this.#drain.waits) || !this.#flow.isIdle) return false;
    return this.#client.heldBackBytes === 0 && this.#client.source.peek() === null;
  }

  /**
   * Requests of it are in flight, and not all of them cancelled in the way that needs no answer.
   */
  get #awaitsAnswers(): boolean {
    return this.requests.inFlight > this.requests.unneeded;
  }

  /** Bytes of its messages that are on their way, or that the server has not read. */
  get pendingBytes(): number {
    return this.#flow.ring.bytes;
  }

  clientEnded(gone: boolean): void {
    this.#gone = gone;
    if (gone) this.#leave();
    else if (!this.#left) this.#drain.start();
    this.#flow.endOfSource();
  }

  stop(code: number, reason: string): Promise<void> {
    this.close(code, reason);
    return Promise.resolve();
  }

  /** Closes the client, which leaves. */
  close(code: number, reason: string): void {
    this.#client.close(code, reason);
    this.#leave();
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#malformed.refused) {
      for (let i = from; i < to; i++) this.#ids.giveBack(batch.word(i, ARG));
      flow.taken(to - from);
      return;
    }
    let start = from;
    for (let i = from; i < to; i++) {
      if (this.#passes(batch, i)) continue;
      if (i > start) this.#server.write(this, flow, batch, start, i);
      start = i + 1;
      this.#deliverSpecial(flow, batch, i);
    }
    if (to > start) this.#server.write(this, flow, batch, start, to);
  }

  deliverNothing(_flow: Flow, batch: Batch, index: number): void {
    this.#ids.giveBack(batch.word(index, ARG));
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    if (batch.word(index, ARG) !== 0) this.#ids.giveBack(batch.word(index, ARG));
    if (this.#malformed.refused) return;
    const id = brokenReplyId(batch, index);
    const answersServer = id !== null && this.#server.brokenClientReply(this, id);
    const isReply = answersServer || isBrokenReply(batch, index);
    if (this.#malformed.closesFor(batch, index)) return;
    this.#arrays.error(isReply ? replyWithoutId(batch, index) : batch.output(index));
  }

  array(_flow: Flow, count: number): boolean {
    return !this.#malformed.refusesArray(count) && this.#arrays.begin(count);
  }

  ended(): void {
    this.#ended = true;
    if (this.#left) this.#server.lastWord(this);
    else this.leaveIfAnswered();
  }

  /** The message of frame `index` as it goes to the server, unframed; a copy. */
  messageOf(batch: Batch, index: number): Uint8Array {
    return unframe(batch.output(index), this.#server.framing).slice();
  }

  /** Sends the server the first request of a handshake. */
  sendHandshake({ flow, method, request, id }: HandshakeWaiter<MultiplexSession>): void {
    const { table, handshake } = this.#server;
    this.greeted = true;
    table.addExtra(id, { handshake: method });
    keepTokens(table, id, request);
    handshake.sent(method, request);
    this.#server.writeMessage(this, flow, rewriteRequest(request, id), id);
  }

  /** Answers its request of a handshake with what another client's got. */
  answerHandshake(id: number, { bytes, id: span }: KeptReply): void {
    this.greeted = true;
    const { original, array } = this.#server.table.take(id);
    this.answer(splice(bytes, [{ ...span, bytes: original }]), array, original);
  }

  /** Answers one of its requests in flight with an error; its id is free then. */
  answerError(id: number, error: ReplyError): void {
    const { original, array } = this.#server.table.take(id);
    this.answer(errorReply(original, error), array);
  }

  /** Gives up one of its requests that has had no answer for too long. */
  timeOut(id: number): void {
    this.#server.timeOut(this, id);
  }

  /** Gives up one of its requests in flight without an answer; its id is free then. */
  forgo(id: number): void {
    this.#server.table.take(id).array?.forgo();
    this.leaveIfAnswered();
  }

  /**
   * Sends one message, or adds it to the array that it is an answer in; `id`: see ArrayReply.add().
   */
  answer(message: Uint8Array, array: ArrayReply | undefined, id?: Uint8Array): void {
    if (this.#left) return;
    if (array === undefined) this.outlet.sendOne(message);
    else array.add(message, id);
    this.leaveIfAnswered();
  }

  /** After an answer was sent: a client whose input has ended has nothing else to wait for. */
  leaveIfAnswered(): void {
    // What a batch in delivery has for it comes with the end of that, and calls this again.
    if (this.#ended && !this.#awaitsAnswers && !this.outlet.collects) this.#leave();
  }

  /** True for what goes on just as the worker wrote it. */
  #passes(batch: Batch, index: number): boolean {
    const kind = batch.verdict(index);
    if (kind > KIND_NOTIFICATION || this.#arrays.active || this.#gone || this.#left) return false;
    if (batch.word(index, SPAN_A_END) !== 0 || batch.word(index, SPAN_B_END) !== 0) return false;
    if (this.#server.specialMethods.find(batch, index) !== null) return false;
    if (kind === KIND_NOTIFICATION) {
      this.#ids.giveBack(batch.word(index, ARG));
      batch.setWord(index, ARG, 0);
      return true;
    }
    const idLength = batch.word(index, ID_END) - batch.word(index, ID_START);
    if (idLength > MAX_STORED_ID_BYTES || this.requests.inFlight >= PASSING_REQUESTS) return false;
    return !this.#server.table.isStuck;
  }

  #deliverSpecial(flow: Flow, batch: Batch, index: number): void {
    const kind = batch.verdict(index);
    const array = this.#arrays.next(kind === KIND_REQUEST);
    const id = batch.word(index, ARG);
    if (kind === KIND_REQUEST && !this.#gone && !this.#left) {
      this.#deliverRequest(flow, batch, index, array);
      return;
    }
    this.#ids.giveBack(id);
    if (kind === KIND_NOTIFICATION) this.#deliverNotification(flow, batch, index);
    else if (kind === KIND_REQUEST) flow.taken(1);
    else {
      this.#server.clientReply(this, flow, requestOf(batch, index), kind === KIND_ERROR);
    }
  }

  #deliverRequest(flow: Flow, batch: Batch, index: number, array: ArrayReply | null): void {
    const { table, specialMethods, handshakeMethods } = this.#server;
    const id = batch.word(index, ARG);
    const request = requestOf(batch, index);
    const original = request.bytes.slice(request.id.start, request.id.end);
    if (original.length > MAX_STORED_ID_BYTES) table.addExtra(id, { longId: original });
    if (array !== null) table.addExtra(id, { array });
    const method = specialMethods.find(batch, index);
    const isOneTooMany =
      this.requests.inFlight >= MAX_CLIENT_REQUESTS ||
      this.#keepsTooMuch(request) ||
      table.isOneTooMany(this);
    if (isOneTooMany) {
      this.#refuse(flow, id, GATEWAY_ERRORS.tooManyRequests);
    } else if (method !== null && CLIENT_CANCEL_METHODS.includes(method)) {
      this.#refuse(flow, id, GATEWAY_ERRORS.cancelWithId);
    } else if (method === SHUTDOWN || method === EXIT) {
      table.free(id);
      this.answer(resultNull(original), array ?? undefined);
      flow.taken(1);
      if (method === EXIT) this.close(CLOSE_NORMAL, 'exit');
    } else if (method !== null && handshakeMethods.has(method)) {
      const kept = handshakeRequestOf(batch, index);
      this.#deliverHandshake({ session: this, flow, method, request: kept, id });
    } else {
      keepTokens(table, id, request);
      this.#server.write(this, flow, batch, index, index + 1);
    }
  }

  /** Its id or tokens would have to be kept, and too many are. */
  #keepsTooMuch({ id, tokenA, tokenB }: ClientRequest): boolean {
    if (this.requests.keptIdBytes < MAX_KEPT_ID_BYTES) return false;
    return id.end - id.start > MAX_STORED_ID_BYTES || tokenA !== null || tokenB !== null;
  }

  /** The first request of a handshake goes on; later ones get what it got. */
  #deliverHandshake(waiter: HandshakeWaiter<MultiplexSession>): void {
    const answer = this.#server.handshake.request(waiter.method);
    if (answer === 'first') this.sendHandshake(waiter);
    else if (answer === 'wait') this.#server.awaitHandshake(waiter);
    else {
      this.answerHandshake(waiter.id, answer);
      waiter.flow.taken(1);
    }
  }

  #deliverNotification(flow: Flow, batch: Batch, index: number): void {
    const method = this.#server.specialMethods.find(batch, index);
    if (method !== null && DOCUMENT_METHODS.includes(method)) {
      if (this.#server.handshake.profile === 'lsp') {
        this.#server.documents.note(this, batch, index, method);
      }
      batch.setWord(index, ARG, 0);
      this.#server.write(this, flow, batch, index, index + 1);
      return;
    }
    const message = notificationToServer(this.#server, this, batch, index, method);
    if (message instanceof Uint8Array) {
      this.#server.writeMessage(this, flow, message, 0);
      return;
    }
    flow.taken(1);
    if (message === EXIT) this.close(CLOSE_NORMAL, 'exit');
  }

  #refuse(flow: Flow, id: number, error: ReplyError): void {
    this.answerError(id, error);
    flow.taken(1);
  }

  /** Its input has ended, and the server answers nothing any more. */
  #giveUp(): void {
    const { table } = this.#server;
    const isTaken = this.#flow.isIdle && this.#client.source.peek() === null;
    this.#isUnanswered = this.#awaitsAnswers || !isTaken;
    for (const id of table.idsOf(this)) this.#server.timeOut(this, id);
    this.#leave();
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.#drain.stop();
    if (!this.#gone) this.outlet.flush();
    this.outlet.end();
    this.#server.leave(this);
    if (this.#ended) this.#server.lastWord(this);
    if (this.#isUnanswered) this.#client.close(CLOSE_INTERNAL_ERROR, this.#drain.reason);
    else if (!this.#gone) this.#client.close(CLOSE_NORMAL, '');
    this.#options.onEnded(this);
  }
}

function resultNull(id: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(REPLY_START), id, Buffer.from(',"result":null}')]);
}
