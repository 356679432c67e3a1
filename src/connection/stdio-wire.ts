import type { Readable, Writable } from 'node:stream';
import { CLOSE_NORMAL } from '../close-codes.js';
import { createSplitter } from '../framing/create-splitter.js';
import { OWN_MEMORY } from '../framing/frame-assembly.js';
import { type Framing, framingWord, type SplitterEvents } from '../framing/splitter.js';
import type { Flow } from '../lane/flow.js';
import { SHOWN_NOISE_BYTES } from '../limits.js';
import { StreamSink } from '../transport/stream-sink.js';
import { StreamSource } from '../transport/stream-source.js';
import type { Wire, WireEvents } from './wire.js';

export interface StdioWireOptions {
  readonly readable: Readable;
  readonly writable: Writable;
  readonly framing: Framing;
  readonly maxPayloadBytes: number;
}

/** Two byte streams, or one that is both. They stay their owner's: only end() ends the second. */
export class StdioWire implements Wire {
  readonly transport = '';
  readonly framing: number;
  readonly source: StreamSource;
  readonly sink: StreamSink;
  readonly lendsFrames = false;
  readonly #writable: Writable;
  readonly #events: WireEvents;
  /** One stream for both directions: each failure is told to both. */
  readonly #isDuplex: boolean;
  #readError: string | null = null;
  #hasStopped = false;
  #endAsked = false;

  constructor(options: StdioWireOptions, events: WireEvents) {
    const { readable, writable, framing, maxPayloadBytes } = options;
    this.#writable = writable;
    this.#events = events;
    this.#isDuplex = (readable as unknown) === writable;
    this.framing = framingWord(framing);
    const splitterEvents: SplitterEvents = {
      oversize: (limitBytes) => this.#leftOut(`message above ${limitBytes} bytes`),
      noise: (line) => this.#leftOut(`not a valid header: ${shown(line)}`),
    };
    // Messages are made of the frames themselves (lendsFrames).
    const splitter = createSplitter(framing, maxPayloadBytes, splitterEvents, OWN_MEMORY);
    this.source = new StreamSource(readable, splitter, {
      failed: (error) => this.#readFailed(error),
      ended: (hasCome) =>
        events.readEnded(this.#readError ?? (hasCome ? null : this.#closedEarly(readable))),
    });
    this.sink = new StreamSink(writable, (error) => this.#writeFailed(error));
    writable.once('close', () => events.writeClosed());
  }

  start(incoming: Flow): void {
    this.source.start(incoming);
    // What is closed already will not say so.
    if (!this.#writable.writable) queueMicrotask(() => this.#events.writeClosed());
  }

  stopReading(): void {
    this.#hasStopped = true;
    this.source.hold();
  }

  readOn(): void {
    if (!this.#hasStopped) this.source.release();
  }

  end(code: number): void {
    this.#endAsked = true;
    if (code === CLOSE_NORMAL) this.sink.end();
  }

  #leftOut(why: string): void {
    this.source.hold();
    this.#events.leftOut(why);
  }

  #readFailed(error: NodeJS.ErrnoException): void {
    if (this.#isDuplex && error.syscall === 'write') return;
    this.#readError = error.message;
  }

  /**
   * Why a stream is over that has not come to its end; null where it was written to no more, or
   * could not be.
   */
  #closedEarly(readable: Readable): string | null {
    // Older streams say nothing of errors.
    const errored: NodeJS.ErrnoException | null = readable.errored ?? null;
    if (errored === null) return this.#endAsked ? null : 'the stream was closed before its end';
    return this.#isDuplex && errored.syscall === 'write' ? null : errored.message;
  }

  #writeFailed(error: NodeJS.ErrnoException): void {
    if (this.#isDuplex && error.syscall === 'read') return;
    this.#events.writeFailed(error.message);
  }
}

function shown(line: Uint8Array): string {
  return JSON.stringify(Buffer.from(line).toString('utf8', 0, SHOWN_NOISE_BYTES));
}
