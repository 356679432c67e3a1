import type { WebSocket } from 'uWebSockets.js';
import { ACTION_REFUSE, FRAMING_NONE, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { RECEIVE_BUFFER_FULL } from '../../workers/kernel/replies.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../lane/flow.js';
import { Ring } from '../lane/ring.js';
import { REFUSAL_BUFFER_BYTES, REFUSAL_RING_CAPACITY, UNREAD_REPLY_BYTES } from '../limits.js';
import {
  CLOSE_GOING_AWAY,
  CLOSE_TOO_BIG,
  CLOSE_TRY_AGAIN_LATER,
  type Client,
  type ClientSession,
} from '../session/client.js';
import type { FrameSink } from '../transport/frame-sink.js';
import { ReceiveBuffer } from '../transport/receive-buffer.js';

/** What uWebSockets.js keeps with each socket. */
export interface SocketData {
  client: SocketClient | null;
  readonly address: string;
}

export interface SocketClientLimits {
  readonly maxPayloadBytes: number;
  readonly receiveBufferBytes: number;
}

/** What uWebSockets.js says where no close frame came (RFC 6455 section 7.4.1). */
const CLOSED_WITHOUT_FRAME = 1006;
const REFUSE = op(ACTION_REFUSE, FRAMING_NONE, ON_BAD_REPLY);
/** WebSocket frame header of the server: 2 bytes, 4 from 126 bytes on, 10 from 64 KiB on. */
function wireBytes(payload: number): number {
  if (payload < 126) return payload + 2;
  return payload < 65_536 ? payload + 4 : payload + 10;
}

const NO_FRAMES = new Int32Array(0);

/** The client whose frames are being sent: uWebSockets.js wants a function, and one for all will do. */
let sending: SocketClient | null = null;
function cork(socket: WebSocket<SocketData>, client: SocketClient, send: () => void): void {
  sending = client;
  socket.cork(send);
}
function sendCorked(): void {
  sending!.sendRun();
}
function sendListCorked(): void {
  sending!.sendList();
}

/**
 * A client on an accepted WebSocket. Frames go straight to the lane while the ring has
 * room, else into the receive buffer; when that is full too, the client is told.
 */
export class SocketClient implements Client, FrameSource, FrameSink {
  readonly #address: string;
  readonly framing = FRAMING_NONE;
  readonly #socket: WebSocket<SocketData>;
  readonly #limits: SocketClientLimits;
  #received: ReceiveBuffer | null = null;
  #flow: Flow | null = null;
  #session: ClientSession | null = null;
  #refusals: Refusals | null = null;
  /** The socket is gone, or its close has been asked for: it must not be touched. */
  #closed = false;
  /** Why we have closed it, where that was no regular end. */
  #closeReason: string | null = null;

  /** Sizes on the wire of the frames that the socket has not accepted yet, for `#sentBy`. */
  #unsent: Ring | null = null;
  #sentBy: Flow | null = null;
  #unreadReplyBytes = 0;

  #batch: Batch | null = null;
  #from = 0;
  #to = 0;
  #list: Int32Array = NO_FRAMES;

  constructor(socket: WebSocket<SocketData>, address: string, limits: SocketClientLimits) {
    this.#socket = socket;
    this.#address = address;
    this.#limits = limits;
  }

  get label(): string {
    return `websocket client ${this.#address}`;
  }

  get source(): FrameSource {
    return this;
  }

  get sink(): FrameSink {
    return this;
  }

  start(flow: Flow): void {
    this.#flow = flow;
    flow.pump();
  }

  /** Who is told when the socket is gone. */
  attach(session: ClientSession): void {
    this.#session = session;
  }

  /** A message came; its bytes are uWebSockets.js's and end with this call. */
  message(bytes: ArrayBuffer): void {
    if (this.#closed) return;
    const frame = new Uint8Array(bytes);
    if (frame.length > this.#limits.maxPayloadBytes) {
      this.close(CLOSE_TOO_BIG, `message above ${this.#limits.maxPayloadBytes} bytes`);
      return;
    }
    const flow = this.#flow;
    if (flow !== null && this.#received === null && flow.accept(frame)) return;
    this.#received ??= new ReceiveBuffer(this.#limits.receiveBufferBytes);
    if (!this.#received.push(frame)) this.#refuse(flow, frame);
  }

  /** The socket has written some of what it held back. */
  drained(): void {
    if (!this.#closed) this.#settle(this.#socket.getBufferedAmount());
  }

  /** The socket is closed, by either side; with what uWebSockets.js says of it. */
  gone(code: number, message: string): void {
    const broke =
      code === CLOSED_WITHOUT_FRAME
        ? message || 'connection reset without closing handshake'
        : null;
    const failure = this.#closed ? this.#closeReason : broke;
    this.#closed = true;
    this.#takeAllUnsent();
    this.#session?.clientEnded(true, failure);
  }

  peek(): Uint8Array | null {
    return this.#received?.peek() ?? null;
  }

  shift(): void {
    this.#received!.shift();
    if (this.#received!.empty) this.#received = null;
  }

  resume(): void {
    // A WebSocket of uWebSockets.js is never paused: the receive buffer stands in for it.
  }

  write(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#closed) {
      flow.taken(to - from);
      return;
    }
    this.#batch = batch;
    this.#from = from;
    this.#to = to;
    if (to - from === 1) this.sendRun();
    else {
      cork(this.#socket, this, sendCorked);
    }
    const buffered = this.#socket.getBufferedAmount();
    if (buffered === 0 && this.#unsent === null) {
      flow.taken(to - from);
      return;
    }
    this.#sentBy = flow;
    this.#unsent ??= new Ring();
    for (let i = from; i < to; i++) this.#unsent.push(wireBytes(batch.outputLength(i)));
    this.#settle(buffered);
  }

  /** Sends the frames that write() was given; the socket copies what it cannot write at once. */
  sendRun(): void {
    const batch = this.#batch!;
    const socket = this.#socket;
    for (let i = this.#from; i < this.#to; i++) socket.send(batch.output(i), false);
  }

  send(batch: Batch, frames: Int32Array, count: number): void {
    if (this.#closed) return;
    this.#batch = batch;
    this.#list = frames;
    this.#to = count;
    cork(this.#socket, this, sendListCorked);
  }

  /** Sends the frames that send() was given. */
  sendList(): void {
    for (let i = 0; i < this.#to; i++)
      this.#socket.send(this.#batch!.output(this.#list[i]!), false);
  }

  sendOne(message: Uint8Array): void {
    if (!this.#closed) this.#socket.send(message, false);
  }

  get heldBackBytes(): number {
    return this.#closed ? 0 : this.#socket.getBufferedAmount();
  }

  reply(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#socket.send(bytes, false);
    if (this.#socket.getBufferedAmount() === 0) {
      this.#unreadReplyBytes = 0;
      return;
    }
    this.#unreadReplyBytes += bytes.length;
    if (this.#unreadReplyBytes > UNREAD_REPLY_BYTES) {
      this.close(CLOSE_TRY_AGAIN_LATER, 'too many unread error replies');
    }
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (code > CLOSE_GOING_AWAY) this.#closeReason = reason;
    this.#received = null;
    this.#takeAllUnsent();
    // Control frames carry 125 bytes at most, two of them the code (RFC 6455 section 5.5).
    this.#socket.end(code, Buffer.from(reason).subarray(0, 123));
  }

  /** Counts as taken what is not among the `buffered` bytes that the socket still holds. */
  #settle(buffered: number): void {
    if (buffered === 0) this.#unreadReplyBytes = 0;
    const unsent = this.#unsent;
    if (unsent === null) return;
    let taken = 0;
    while (unsent.pending > 0 && unsent.bytes - unsent.oldest >= buffered) {
      unsent.shift();
      taken++;
    }
    if (unsent.pending === 0) this.#unsent = null;
    if (taken > 0) this.#sentBy!.taken(taken);
  }

  #takeAllUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = null;
    if (unsent !== null && unsent.pending > 0) this.#sentBy!.taken(unsent.pending);
  }

  /** Ring and receive buffer are full: a request is answered, anything else closes. */
  #refuse(flow: Flow | null, frame: Uint8Array): void {
    if (flow !== null) this.#refusals ??= new Refusals(flow, this);
    if (this.#refusals?.offer(frame) !== true)
      this.close(CLOSE_TRY_AGAIN_LATER, 'receive buffer full');
  }
}

/** The way of frames that are only answered with an error: beside the flow, with room of its own. */
class Refusals implements FlowHandler, FrameSource {
  readonly #client: SocketClient;
  readonly #flow: Flow;
  readonly #received = new ReceiveBuffer(REFUSAL_BUFFER_BYTES);

  constructor(refused: Flow, client: SocketClient) {
    this.#client = client;
    this.#flow = new Flow({
      lane: refused.lane,
      op: REFUSE,
      source: this,
      handler: this,
      args: RECEIVE_BUFFER_FULL,
      ring: new Ring(REFUSAL_RING_CAPACITY, REFUSAL_BUFFER_BYTES),
    });
  }

  /** False when not even a refusal finds room. */
  offer(frame: Uint8Array): boolean {
    return (this.#received.empty && this.#flow.accept(frame)) || this.#received.push(frame);
  }

  peek(): Uint8Array | null {
    return this.#received.peek();
  }

  shift(): void {
    this.#received.shift();
  }

  resume(): void {
    // Nothing is paused: see SocketClient.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#client.reply(batch.output(i));
    flow.taken(to - from);
  }

  deliverNothing(): void {
    this.#client.close(CLOSE_TRY_AGAIN_LATER, 'receive buffer full');
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#client.reply(batch.output(index));
  }

  array(): boolean {
    // Without a limit for arrays, the flow asks nobody.
    return false;
  }

  ended(): void {
    // Its source never ends.
  }
}
