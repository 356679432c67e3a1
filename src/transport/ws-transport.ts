import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { Batch } from '../lane/batch.js';
import type { Flow, FrameSource } from '../lane/flow.js';
import type { BatchFlusher, Lane } from '../lane/lane.js';
import { SERVER_PONG_MS, SERVER_SILENCE_MS } from '../limits.js';
import type { FrameSink } from './frame-sink.js';
import { Heartbeat } from './heartbeat.js';

export interface WsTransportEvents {
  /** The connection has closed; `error` is what broke it, if anything did. */
  closed(code: number, reason: string, error: Error | null): void;
  /** A frame could not be sent on a connection that was open. */
  writeFailed?(error: Error): void;
}

export interface WsTransportOptions {
  /** The connection is ended when the other side has said nothing for long and answers no ping. */
  readonly endsWhenSilent: boolean;
}

/**
 * Frames from and to a `ws` client socket. It is paused while a frame waits; what the
 * chunk in its hands still holds is kept here, so at most one read is beyond the ring.
 */
export class WsTransport implements FrameSource, FrameSink, BatchFlusher {
  readonly #socket: WebSocket;
  readonly #events: WsTransportEvents;
  readonly #endsWhenSilent: boolean;
  #heartbeat: Heartbeat | null = null;
  #flow: Flow | null = null;
  #received: Uint8Array[] = [];
  #open: boolean;
  #closed = false;
  #endRequested: { code: number; reason: string } | null = null;
  /** Frames given to write() before the connection was open. */
  #early: (() => void)[] = [];
  #unwritten = 0;
  /** The stream that holds back what the batch in delivery has for it. */
  #corked: Socket | null = null;
  #error: Error | null = null;
  #discarding = false;

  constructor(
    socket: WebSocket,
    events: WsTransportEvents,
    options: WsTransportOptions = { endsWhenSilent: false },
  ) {
    this.#socket = socket;
    this.#events = events;
    this.#endsWhenSilent = options.endsWhenSilent;
    this.#open = socket.readyState === socket.OPEN;
    if (this.#open) this.#heartbeat = this.#startHeartbeat();
    socket.binaryType = 'nodebuffer';
    socket.on('open', () => this.#opened());
    socket.on('message', (data) => this.#message(data as Buffer));
    socket.on('error', (error: Error) => {
      this.#error ??= error;
    });
    socket.on('close', (code, reason) => {
      this.#closed = true;
      this.#heartbeat?.stop();
      this.#runEarly();
      events.closed(code, reason.toString('utf8'), this.#error);
      this.#flow?.endOfSource();
    });
  }

  /** Begins to give frames to `flow`, which ends when the connection does. */
  start(flow: Flow): void {
    this.#flow = flow;
    flow.pump();
    if (this.#closed || this.#socket.readyState === this.#socket.CLOSED) flow.endOfSource();
  }

  peek(): Uint8Array | null {
    return this.#received[0] ?? null;
  }

  shift(): void {
    this.#received.shift();
  }

  resume(): void {
    if (this.#socket.isPaused) this.#socket.resume();
  }

  /** Frames are read on and thrown away. */
  discard(): void {
    this.#discarding = true;
    this.#received = [];
    this.resume();
  }

  write(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#corked === null) this.#cork(flow.lane);
    for (let i = from; i < to; i++) this.#send(flow, batch.output(i));
  }

  flush(): void {
    const stream = this.#corked!;
    this.#corked = null;
    stream.uncork();
  }

  /** Sends bytes that belong to the caller; `sent` is called when they were, or cannot be. */
  send(bytes: Uint8Array, sent: (error: Error | null) => void): void {
    if (!this.#open && !this.#closed) {
      this.#early.push(() => this.send(bytes, sent));
      return;
    }
    if (this.#closed || this.#socket.readyState !== this.#socket.OPEN) {
      sent(this.#error ?? new Error('the connection is closed'));
      return;
    }
    this.#unwritten++;
    this.#socket.send(bytes, { binary: false }, (error) => {
      this.#unwritten--;
      sent(error ?? null);
      this.#closeIfAsked();
    });
  }

  /** Closes once everything given to it is sent; the first reason counts. */
  end(code: number, reason: string): void {
    this.#endRequested ??= { code, reason };
    this.#closeIfAsked();
  }

  /** Ends the connection without more ado. */
  terminate(): void {
    this.#socket.terminate();
  }

  /** One system call for all that a batch has for the socket: `ws` has one for each message. */
  #cork(lane: Lane): void {
    // `ws` names its stream to nobody; without it everything is slower, but not wrong.
    const { _socket: stream } = this.#socket as { readonly _socket?: Socket | null };
    if (stream === undefined || stream === null) return;
    this.#corked = stream;
    stream.cork();
    lane.flushLater(this);
  }

  #send(flow: Flow, view: Uint8Array): void {
    this.send(this.#copiesAtOnce ? view : new Uint8Array(view), (error) => {
      if (error !== null && this.#socket.readyState === this.#socket.OPEN) {
        this.#events.writeFailed?.(error);
      }
      flow.taken(1);
    });
  }

  /**
   * A client masks what it sends, into memory of its own. Not so a server's socket (it has no
   * URL), one that compresses first, and one that is not open yet.
   */
  get #copiesAtOnce(): boolean {
    const { url, extensions } = this.#socket as { url: string | undefined; extensions: string };
    return this.#open && url !== undefined && extensions === '';
  }

  #startHeartbeat(): Heartbeat {
    const seconds = (SERVER_SILENCE_MS + SERVER_PONG_MS) / 1000;
    const silent = (): void => {
      this.#error ??= new Error(
        `nothing has come from it for ${seconds} s, and no answer to a ping`,
      );
      this.terminate();
    };
    return new Heartbeat(this.#socket, this.#endsWhenSilent ? silent : null);
  }

  #message(data: Buffer): void {
    if (this.#discarding) return;
    const flow = this.#flow;
    if (flow !== null && this.#received.length === 0 && flow.accept(data)) return;
    this.#received.push(data);
    this.#socket.pause();
  }

  #opened(): void {
    this.#open = true;
    this.#heartbeat = this.#startHeartbeat();
    this.#runEarly();
    this.#closeIfAsked();
  }

  #runEarly(): void {
    const early = this.#early;
    this.#early = [];
    for (const run of early) run();
  }

  #closeIfAsked(): void {
    const asked = this.#endRequested;
    if (asked === null || this.#unwritten > 0 || this.#early.length > 0 || this.#closed) return;
    this.#socket.close(asked.code, asked.reason);
  }
}
