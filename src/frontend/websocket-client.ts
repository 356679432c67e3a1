import type { WebSocket } from 'uWebSockets.js';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import {
  CLOSE_MALFORMED,
  CLOSE_TOO_BIG,
  CLOSE_TRY_AGAIN_LATER,
  CLOSED_WITHOUT_FRAME,
  isRegularEnd,
  RESET_WITHOUT_CLOSE,
} from '../close-codes.js';
import type { Batch } from '../lane/batch.js';
import type { Flow, FrameSource } from '../lane/flow.js';
import { Ring } from '../lane/ring.js';
import { BIG_FRAME_BYTES, PAUSE_AT_BYTES, RESUME_AT_BYTES, UNREAD_REPLY_BYTES } from '../limits.js';
import type { Client, ClientSession } from '../session/client.js';
import type { FrameSink } from '../transport/frame-sink.js';
import { ReceiveBuffer } from '../transport/receive-buffer.js';
import { clientLabel, nextClientNumber } from './client-label.js';
import type { ClientLog } from './client-log.js';
import { closeReason } from './close-reason.js';
import type { GatedReader, ReadGate } from './read-gate.js';
import { Refusals } from './refusals.js';

/** What uWebSockets.js keeps with each socket. */
export interface SocketData {
  client: WebSocketClient | null;
  readonly address: string;
}

export interface WebSocketClientSettings {
  readonly maxPayloadBytes: number;
  readonly receiveBufferBytes: number;
  /** Null: not encrypted. */
  readonly tls: object | null;
  readonly clientLog: Pick<ClientLog, 'closed'>;
}

/** WebSocket frame header of the server: 2 bytes, 4 from 126 bytes on, 10 from 64 KiB on. */
function wireBytes(payload: number): number {
  if (payload < 126) return payload + 2;
  return payload < 65_536 ? payload + 4 : payload + 10;
}

const NO_FRAMES = new Int32Array(0);
const NO_MESSAGES: readonly Uint8Array[] = [];
/** uWebSockets.js' send() above its maxBackpressure. */
const SEND_DROPPED = 2;

/**
 * The client whose frames are being sent: uWebSockets.js wants a function, and one for all will do.
 */
let sending: WebSocketClient | null = null;
function cork(socket: WebSocket<SocketData>, client: WebSocketClient, send: () => void): void {
  sending = client;
  socket.cork(send);
  sending = null;
}
function sendCorked(): void {
  sending!.sendRun();
}
function sendListCorked(): void {
  sending!.sendList();
}

/**
 * A client on an accepted WebSocket. Frames go straight to the lane while the ring has
 * room, else into the receive buffer. One that holds more than a little of it is read in
 * turns only, so that TCP pushes back; when it is full, the client is told.
 */
export class WebSocketClient implements Client, FrameSource, FrameSink, GatedReader<SocketData> {
  readonly #number = nextClientNumber();
  readonly #address: string;
  readonly framing = FRAMING_NONE;
  readonly socket: WebSocket<SocketData>;
  gate: GatedReader<SocketData>['gate'] = null;
  readonly #gate: ReadGate<SocketData>;
  readonly #settings: WebSocketClientSettings;
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
  /** Of onceRead(); null: none. */
  #onceRead: (() => void)[] | null = null;
  #hasDropped = false;

  /** What is being sent; forgotten at once, for an arena lives as long as somebody knows it. */
  #batch: Batch | null = null;
  #from = 0;
  #to = 0;
  #list: Int32Array = NO_FRAMES;
  #own: readonly Uint8Array[] = NO_MESSAGES;

  constructor(
    socket: WebSocket<SocketData>,
    address: string,
    settings: WebSocketClientSettings,
    gate: ReadGate<SocketData>,
  ) {
    this.socket = socket;
    this.#gate = gate;
    this.#address = address;
    this.#settings = settings;
  }

  get isInLane(): boolean {
    return this.#flow?.isInLane ?? false;
  }

  get isLargeWaiting(): boolean {
    return (this.#received?.peek()?.length ?? 0) > BIG_FRAME_BYTES;
  }

  get label(): string {
    return clientLabel(this.#number, this.#address);
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
    if (frame.length > this.#settings.maxPayloadBytes) {
      this.#closeFor(CLOSE_TOO_BIG, `message above ${this.#settings.maxPayloadBytes} bytes`);
      return;
    }
    const flow = this.#flow;
    if (flow !== null && this.#received === null && flow.accept(frame)) {
      // It fills the ring alone: what comes next stays in the kernel's buffer.
      if (frame.length > BIG_FRAME_BYTES && flow.ring.full) this.#gate.pause(this);
      return;
    }
    this.#received ??= new ReceiveBuffer(this.#settings.receiveBufferBytes);
    if (!this.#received.push(frame)) this.#refuse(flow, frame);
    this.#pauseIfFull();
  }

  /** The socket has written some of what it held back. */
  drained(): void {
    if (this.#closed) return;
    const buffered = this.socket.getBufferedAmount();
    this.#settle(buffered);
    if (buffered === 0) this.#allRead();
    this.#readOn();
  }

  /** The socket is closed, by either side; with what uWebSockets.js says of it. */
  gone(code: number, message: string): void {
    const broke = code === CLOSED_WITHOUT_FRAME ? message || RESET_WITHOUT_CLOSE : null;
    const failure = this.#closed ? this.#closeReason : broke;
    // With a reason uWebSockets.js has ended it, else the client is just not there any more.
    if (!this.#closed && broke !== null && message !== '') this.#logClosed(message);
    this.#closed = true;
    this.#gate.forget(this);
    this.#takeAllUnsent();
    this.#allRead();
    this.#session?.clientEnded(true, failure);
  }

  peek(): Uint8Array | null {
    return this.#received?.peek() ?? null;
  }

  shift(): void {
    const received = this.#received!;
    received.shift();
    if (received.empty) this.#received = null;
    this.#readOn();
  }

  resume(): void {
    this.#readOn();
  }

  #readOn(): void {
    if (this.gate === null || this.#flow === null) return;
    if (this.#flow.ring.full || this.#mustWriteFirst) return;
    if ((this.#received?.bytes ?? 0) < RESUME_AT_BYTES) this.#gate.resume(this);
  }

  /**
   * uSockets forgets what it has read of a TLS connection and not decrypted yet when it writes to
   * it (openssl.c, us_internal_ssl_socket_write), which ends the connection. A read ends with an
   * attempt to write what is held back; so who holds something back is not read.
   */
  get #mustWriteFirst(): boolean {
    return this.#settings.tls !== null && !this.#closed && this.socket.getBufferedAmount() > 0;
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
      cork(this.socket, this, sendCorked);
    }
    this.#batch = null;
    if (!this.#sent()) {
      flow.taken(to - from);
      return;
    }
    const buffered = this.socket.getBufferedAmount();
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
    for (let i = this.#from; i < this.#to; i++) {
      this.#sendBytes(batch.output(i));
    }
  }

  send(batch: Batch, frames: Int32Array, count: number, own = NO_MESSAGES): void {
    if (this.#closed) return;
    this.#batch = batch;
    this.#list = frames;
    this.#own = own;
    this.#to = count;
    cork(this.socket, this, sendListCorked);
    this.#batch = null;
    this.#own = NO_MESSAGES;
    this.#sent();
  }

  /** Sends the frames that send() was given. */
  sendList(): void {
    for (let i = 0; i < this.#to; i++) {
      const frame = this.#list[i]!;
      this.#sendBytes(frame < 0 ? this.#own[~frame]! : this.#batch!.output(frame));
    }
  }

  sendOne(message: Uint8Array): void {
    if (this.#closed) return;
    this.#sendBytes(message);
    this.#sent();
  }

  #sendBytes(bytes: Uint8Array): void {
    if (this.socket.send(bytes, false) === SEND_DROPPED) this.#hasDropped = true;
  }

  get heldBackBytes(): number {
    return this.#closed ? 0 : this.socket.getBufferedAmount();
  }

  onceRead(callback: () => void): void {
    if (this.heldBackBytes === 0) {
      setImmediate(callback);
      return;
    }
    this.#onceRead ??= [];
    this.#onceRead.push(callback);
  }

  reply(bytes: Uint8Array): void {
    if (this.#closed) return;
    this.#sendBytes(bytes);
    if (!this.#sent()) return;
    if (this.socket.getBufferedAmount() === 0) {
      this.#unreadReplyBytes = 0;
      return;
    }
    this.#unreadReplyBytes += bytes.length;
    if (this.#unreadReplyBytes > UNREAD_REPLY_BYTES) {
      this.#closeFor(CLOSE_TRY_AGAIN_LATER, 'too many unread error replies');
    }
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    if (!isRegularEnd(code)) this.#closeReason = reason;
    // The only one that a session closes for what the client has sent.
    if (code === CLOSE_MALFORMED) this.#logClosed(reason);
    this.#received?.clear();
    this.#received = null;
    this.#takeAllUnsent();
    this.#allRead();
    // The client's answer to the close has to be read.
    this.#gate.resume(this);
    this.socket.end(code, closeReason(reason));
  }

  /** Closes it for what it has done. */
  #closeFor(code: number, reason: string): void {
    if (this.#closed) return;
    this.#logClosed(reason);
    this.close(code, reason);
  }

  #logClosed(why: string): void {
    this.#settings.clientLog.closed(this, why);
  }

  /**
   * After a send. One that the socket has not taken whole makes it read again. What uWebSockets.js
   * has dropped is above all our own bounds; whoever misses something must not go on as if nothing
   * were. False: it is closed.
   */
  #sent(): boolean {
    if (this.#hasDropped) {
      this.#closeFor(CLOSE_TRY_AGAIN_LATER, 'too much is unread');
      return false;
    }
    if (this.gate !== null || this.#mustWriteFirst) this.#gate.pause(this);
    return true;
  }

  #pauseIfFull(): void {
    const bound = Math.min(PAUSE_AT_BYTES, this.#settings.receiveBufferBytes / 2);
    if (this.#received !== null && this.#received.bytes > bound) this.#gate.pause(this);
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

  #allRead(): void {
    const callbacks = this.#onceRead;
    this.#onceRead = null;
    if (callbacks !== null) for (const callback of callbacks) callback();
  }

  #takeAllUnsent(): void {
    const unsent = this.#unsent;
    this.#unsent = null;
    if (unsent !== null && unsent.pending > 0) this.#sentBy!.taken(unsent.pending);
  }

  /** Ring and receive buffer are full: a request is answered, anything else closes. */
  #refuse(flow: Flow | null, frame: Uint8Array): void {
    if (flow !== null) {
      this.#refusals ??= new Refusals(flow, {
        reply: (bytes) => this.reply(bytes),
        close: (code, reason) => this.#closeFor(code, reason),
      });
    }
    if (this.#refusals?.offer(frame) !== true)
      this.#closeFor(CLOSE_TRY_AGAIN_LATER, 'receive buffer full');
  }
}
