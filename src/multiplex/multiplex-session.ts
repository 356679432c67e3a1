import {
  ACTION_TO_SERVER,
  ARG,
  ID_END,
  ID_START,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  ON_BAD_REPLY,
  op,
  SPAN_A_END,
  SPAN_A_START,
  SPAN_B_END,
  SPAN_B_START,
} from '../../workers/batch-layout.js';
import { MAX_STORED_ID_BYTES } from '../../workers/id-store.js';
import type { ReplyError } from '../../workers/kernel/replies.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler, type FrameArgs } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { MAX_CLIENT_REQUESTS } from '../limits.js';
import { ArrayReplies, type ArrayReply } from '../session/array-replies.js';
import { CLOSE_MALFORMED, CLOSE_NORMAL, type Client } from '../session/client.js';
import { errorReply } from '../session/error-reply.js';
import type { Session } from '../session/session.js';
import { cancelledRequest } from './cancelled-request.js';
import { INITIALIZED_METHODS, type KeptMessage } from './handshake.js';
import { Outlet, type OutletLimits } from './outlet.js';
import type { RequestOwner } from './request-table.js';
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
  readonly onEnded: () => void;
}

const TOO_MANY_REQUESTS: ReplyError = {
  code: -32001,
  message: 'Server overloaded; retry later.',
  data: { reason: 'too_many_requests', retryable: true },
};

/**
 * One of several clients of a server. What it sends has been rewritten by the worker; here
 * is decided what goes on, what is answered here, and what few messages need besides.
 */
export class MultiplexSession implements Session, FlowHandler, FrameArgs, RequestOwner {
  newestSlot = -1;
  inFlight = 0;
  /** It has been given the result of a handshake: the server may speak to it. */
  greeted = false;
  readonly label: string;
  readonly outlet: Outlet;
  readonly #options: MultiplexSessionOptions;
  readonly #client: Client;
  readonly #server: ServerPort<MultiplexSession>;
  readonly #flow: Flow;
  readonly #arrays: ArrayReplies;
  #gone = false;
  #left = false;

  constructor(options: MultiplexSessionOptions) {
    const { client, lane, server, maxArray } = options;
    this.#options = options;
    this.#client = client;
    this.#server = server;
    this.label = client.label;
    this.outlet = new Outlet(client, options.outlet);
    this.#arrays = new ArrayReplies(client, maxArray);
    this.#flow = new Flow({
      lane,
      op: op(ACTION_TO_SERVER, server.framing, ON_BAD_REPLY),
      source: client.source,
      handler: this,
      args: this,
      maxArray,
    });
    server.join(this);
    client.start(this.#flow);
  }

  get server(): object {
    return this.#server;
  }

  get quiet(): boolean {
    return (
      this.inFlight === 0 && this.#flow.ring.pending === 0 && this.#client.source.peek() === null
    );
  }

  next(): number {
    return this.#server.table.give();
  }

  giveBack(id: number): void {
    this.#server.table.free(id);
  }

  clientEnded(gone: boolean): void {
    this.#gone = gone;
    if (gone) this.#leave();
    this.#flow.endOfSource();
  }

  stop(code: number, reason: string): Promise<void> {
    this.#client.close(code, reason);
    this.#leave();
    return Promise.resolve();
  }

  /** Closes the client: its server is gone for good. */
  close(code: number, reason: string): void {
    this.#client.close(code, reason);
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
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
    this.giveBack(batch.word(index, ARG));
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    if (batch.word(index, ARG) !== 0) this.giveBack(batch.word(index, ARG));
    this.#arrays.error(batch.output(index));
    if (this.#options.disconnectOnMalformed)
      this.#client.close(CLOSE_MALFORMED, 'malformed message');
  }

  array(_flow: Flow, count: number): boolean {
    return this.#arrays.begin(count);
  }

  ended(): void {
    // The end of standard input: answers under way are still wanted.
    if (this.inFlight === 0) this.#leave();
    else this.#leaveWhenAnswered = true;
  }

  /** The message of frame `index` as it goes to the server, unframed; a copy. */
  messageOf(batch: Batch, index: number): Uint8Array {
    if (batch.verdict(index) === KIND_REQUEST) return this.#rewritten(batch, index);
    return splice(batch.input(index), []);
  }

  /** Its request of a handshake waited for another one's answer, which was an error. */
  retryHandshake(method: string, request: KeptMessage): void {
    const { table, handshake } = this.#server;
    const id = table.give();
    table.storeOriginalId(id, request.bytes.slice(request.idStart, request.idEnd));
    table.addExtra(id, { handshake: method });
    const { bytes, idStart, idEnd } = request;
    handshake.sent(method, request);
    const edit = { start: idStart, end: idEnd, bytes: Buffer.from(String(id)) };
    this.#server.resendMessage(this, splice(bytes, [edit]), id);
  }

  /** Answers one of its requests in flight with an error; its id is free then. */
  answerError(id: number, error: ReplyError): void {
    const { table } = this.#server;
    const reply = Buffer.from(
      errorReply(Buffer.from(table.originalId(id)).toString('latin1'), error),
    );
    const array = table.extraOf(id)?.array;
    table.free(id);
    this.answer(reply, array);
  }

  /** Sends one message, or adds it to the array that it is an answer in. */
  answer(message: Uint8Array, array: ArrayReply | undefined): void {
    if (array === undefined) this.outlet.sendOne(message);
    else array.add(message);
    this.leaveIfAnswered();
  }

  /** After an answer was sent: a client whose input has ended has nothing else to wait for. */
  leaveIfAnswered(): void {
    if (this.#leaveWhenAnswered && this.inFlight === 0) this.#leave();
  }

  #leaveWhenAnswered = false;

  /** True for what goes on just as the worker wrote it. Requests are counted as they do. */
  #passes(batch: Batch, index: number): boolean {
    const kind = batch.verdict(index);
    if (kind > KIND_NOTIFICATION || this.#arrays.active || this.#gone) return false;
    if (batch.word(index, SPAN_A_END) !== 0 || batch.word(index, SPAN_B_END) !== 0) return false;
    if (this.#server.specialMethods.find(batch, index) !== null) return false;
    if (kind === KIND_NOTIFICATION) {
      this.giveBack(batch.word(index, ARG));
      batch.setWord(index, ARG, 0);
      return true;
    }
    const idLength = batch.word(index, ID_END) - batch.word(index, ID_START);
    return idLength <= MAX_STORED_ID_BYTES && this.inFlight < MAX_CLIENT_REQUESTS;
  }

  #deliverSpecial(flow: Flow, batch: Batch, index: number): void {
    const kind = batch.verdict(index);
    const array = this.#arrays.next(kind === KIND_REQUEST);
    const id = batch.word(index, ARG);
    if (kind === KIND_REQUEST && !this.#gone) {
      this.#deliverRequest(flow, batch, index, array);
      return;
    }
    this.giveBack(id);
    if (kind === KIND_NOTIFICATION) this.#deliverNotification(flow, batch, index);
    else {
      if (kind !== KIND_REQUEST) {
        const { input, start, end } = idOf(batch, index);
        this.#server.clientReply(this, input, start, end);
      }
      flow.taken(1);
    }
  }

  #deliverRequest(flow: Flow, batch: Batch, index: number, array: ArrayReply | null): void {
    const { table } = this.#server;
    const id = batch.word(index, ARG);
    const { input, start, end } = idOf(batch, index);
    const original = input.slice(start, end);
    if (original.length > MAX_STORED_ID_BYTES) table.addExtra(id, { longId: original });
    if (array !== null) table.addExtra(id, { array });
    const method = this.#server.specialMethods.find(batch, index);
    if (this.inFlight >= MAX_CLIENT_REQUESTS) {
      this.answerError(id, TOO_MANY_REQUESTS);
      flow.taken(1);
    } else if (method === 'shutdown') {
      this.answer(resultNull(table.originalId(id)), array ?? undefined);
      table.free(id);
      flow.taken(1);
    } else if (method !== null && this.#server.handshakeMethods.has(method)) {
      this.#deliverHandshake(flow, batch, index, method);
    } else {
      this.#server.writeMessage(this, flow, this.#rewritten(batch, index), id);
    }
  }

  /** The first request of a handshake goes on; later ones get what it got. */
  #deliverHandshake(flow: Flow, batch: Batch, index: number, method: string): void {
    const { table, handshake } = this.#server;
    const id = batch.word(index, ARG);
    const { input, start, end } = idOf(batch, index);
    const answer = handshake.request(method);
    const request: KeptMessage = { bytes: input.slice(), idStart: start, idEnd: end };
    if (answer === 'first') {
      handshake.sent(method, request);
      table.addExtra(id, { handshake: method });
      this.#server.writeMessage(this, flow, this.#rewritten(batch, index), id);
      return;
    }
    const original = table.originalId(id);
    const array = table.extraOf(id)?.array;
    table.free(id);
    if (answer === 'wait') this.#server.awaitHandshake(this, method, request);
    else {
      this.greeted = true;
      const { bytes, idStart, idEnd } = answer;
      this.answer(splice(bytes, [{ start: idStart, end: idEnd, bytes: original }]), array);
    }
    flow.taken(1);
  }

  #deliverNotification(flow: Flow, batch: Batch, index: number): void {
    const method = this.#server.specialMethods.find(batch, index);
    const spanEnd = batch.word(index, SPAN_A_END);
    const input = batch.input(index);
    if (method === 'exit') {
      flow.taken(1);
      this.#client.close(CLOSE_NORMAL, 'exit');
    } else if (INITIALIZED_METHODS.some((name) => name === method)) {
      const isFirst = this.#server.handshake.initialized(splice(input, []));
      if (isFirst) this.#server.writeMessage(this, flow, splice(input, []), 0);
      else flow.taken(1);
    } else if (spanEnd !== 0 && method !== null) {
      const span = { start: batch.word(index, SPAN_A_START), end: spanEnd };
      const id = cancelledRequest(this.#server.table, this, input.subarray(span.start, span.end));
      // A cancel of what is not in flight, or not its own, is nobody's business.
      if (id === 0) flow.taken(1);
      else {
        const edit = { ...span, bytes: Buffer.from(String(id)) };
        this.#server.writeMessage(this, flow, splice(input, [edit]), 0);
      }
    } else {
      this.#server.writeMessage(this, flow, splice(input, []), 0);
    }
  }

  /** A request with our id and our progress tokens; the original tokens are kept. */
  #rewritten(batch: Batch, index: number): Uint8Array {
    const id = batch.word(index, ARG);
    const { input, start, end } = idOf(batch, index);
    const edits = [{ start, end, bytes: Buffer.from(String(id)) }];
    const aEnd = batch.word(index, SPAN_A_END);
    const bEnd = batch.word(index, SPAN_B_END);
    if (aEnd !== 0) {
      const aStart = batch.word(index, SPAN_A_START);
      this.#server.table.addExtra(id, { tokenA: input.slice(aStart, aEnd) });
      edits.push({ start: aStart, end: aEnd, bytes: Buffer.from(String(id)) });
    }
    if (bEnd !== 0) {
      const bStart = batch.word(index, SPAN_B_START);
      this.#server.table.addExtra(id, { tokenB: input.slice(bStart, bEnd) });
      edits.push({ start: bStart, end: bEnd, bytes: Buffer.from(`"p${id}"`) });
    }
    return splice(input, edits);
  }

  #leave(): void {
    if (this.#left) return;
    this.#left = true;
    this.outlet.end();
    this.#server.leave(this);
    if (!this.#gone) this.#client.close(CLOSE_NORMAL, '');
    this.#options.onEnded();
  }
}

function idOf(batch: Batch, index: number): { input: Uint8Array; start: number; end: number } {
  return {
    input: batch.input(index),
    start: batch.word(index, ID_START),
    end: batch.word(index, ID_END),
  };
}

function resultNull(id: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from('{"jsonrpc":"2.0","id":'), id, Buffer.from(',"result":null}')]);
}
