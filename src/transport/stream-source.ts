import type { Readable } from 'node:stream';
import type { FrameRun } from '../framing/frame-run.js';
import type { FrameSplitter } from '../framing/splitter.js';
import type { Flow, FrameSource } from '../lane/flow.js';

export interface StreamSourceEvents {
  /** The stream broke; it ends. */
  failed(error: Error): void;
  /**
   * The stream is over; frames of it may still wait. `hasCome`: with its end, not by a failure or a
   * close before that.
   */
  ended?(hasCome: boolean): void;
}

/**
 * Frames from a byte stream: standard input or a child's output. The stream is paused
 * while a frame waits, so the kernel's buffer pushes back on the writer.
 */
export class StreamSource implements FrameSource {
  readonly #readable: Readable;
  readonly #splitter: FrameSplitter;
  readonly #events: StreamSourceEvents;
  #flow: Flow | null = null;
  #next: Uint8Array | null = null;
  #discarding = false;
  #held = false;
  #ended = false;

  constructor(readable: Readable, splitter: FrameSplitter, events: StreamSourceEvents) {
    this.#readable = readable;
    this.#splitter = splitter;
    this.#events = events;
  }

  /** Begins to read; frames go to `flow`, which ends when the stream does. */
  start(flow: Flow): void {
    this.#flow = flow;
    const readable = this.#readable;
    readable.on('data', this.#onData);
    readable.on('end', () => {
      if (!this.#ended) this.#splitter.end();
      this.#onEnd(true);
    });
    readable.on('error', this.#onError);
    // Without an end: what was begun is cut off, and not a frame.
    readable.on('close', () => this.#onEnd(false));
    // It will not say again what has happened before.
    if (readable.readableEnded) queueMicrotask(() => this.#onEnd(true));
    else if (readable.destroyed) queueMicrotask(() => this.#onEnd(false));
    else if (!this.#held) readable.resume();
  }

  peek(): Uint8Array | null {
    if (this.#discarding) return null;
    this.#next ??= this.#splitter.next();
    return this.#next;
  }

  shift(): void {
    this.#next = null;
  }

  peekRun(): FrameRun | null {
    if (this.#discarding || this.#next !== null) return null;
    return this.#splitter.nextRun?.() ?? null;
  }

  shiftRun(count: number): void {
    this.#splitter.shiftRun!(count);
  }

  resume(): void {
    if (!this.#held && this.#readable.isPaused()) this.#readable.resume();
  }

  /** Gives and reads nothing until release(). */
  hold(): void {
    if (this.#held) return;
    this.#held = true;
    this.#flow?.hold();
    this.#readable.pause();
  }

  /** Ends hold(). */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    if (this.#ended) this.#flow!.endOfSource();
    this.#flow!.release();
  }

  /** Reads on, so that the other side can finish, but nobody wants the bytes any more. */
  discard(): void {
    this.#discarding = true;
    this.#next = null;
    this.#readable.resume();
  }

  /** Bytes of a stream that emits no data of its own; they may change after the call. */
  borrow(bytes: Uint8Array): void {
    this.#onData(bytes);
    this.#next = this.#splitter.keep(this.#next);
  }

  readonly #onData = (chunk: unknown): void => {
    if (this.#discarding || this.#ended) return;
    if (typeof chunk === 'string') {
      this.#splitter.push(Buffer.from(chunk, this.#readable.readableEncoding ?? 'utf8'));
    } else if (chunk instanceof Uint8Array) {
      this.#splitter.push(chunk);
    } else {
      this.#readable.pause();
      this.#onError(new TypeError('what was read is not bytes; is the stream in object mode?'));
      return;
    }
    this.#flow!.pump();
    if (this.#held || this.peek() !== null) this.#readable.pause();
  };

  readonly #onError = (error: Error): void => {
    if (!this.#discarding) this.#events.failed(error);
    this.#onEnd(false);
  };

  #onEnd(hasCome: boolean): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#events.ended?.(hasCome);
    if (!this.#held) this.#flow!.endOfSource();
  }
}
