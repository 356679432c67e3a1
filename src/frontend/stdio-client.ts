import type { Readable, Writable } from 'node:stream';
import { CLOSE_TRY_AGAIN_LATER, isRegularEnd } from '../close-codes.js';
import { createSplitter } from '../framing/create-splitter.js';
import { framed } from '../framing/message-framing.js';
import { type Framing, framingWord, type SplitterEvents } from '../framing/splitter.js';
import type { Batch } from '../lane/batch.js';
import type { Flow } from '../lane/flow.js';
import { SHOWN_NOISE_BYTES, UNREAD_STDOUT_BYTES } from '../limits.js';
import type { Logger } from '../log.js';
import type { Client, ClientSession } from '../session/client.js';
import { errorReply } from '../session/error-reply.js';
import { GATEWAY_ERRORS } from '../session/gateway-errors.js';
import { slabs } from '../transport/slabs.js';
import { StreamSink } from '../transport/stream-sink.js';
import { StreamSource } from '../transport/stream-source.js';
import { clientLabel, nextClientNumber } from './client-label.js';

export interface StdioClientOptions {
  readonly input: Readable;
  readonly output: Writable;
  readonly framing: Framing;
  readonly maxPayloadBytes: number;
  readonly log: Logger;
  /** The client is gone, or was closed: with `failure` when that was not of its own will. */
  readonly onClosed: (failure: string | null) => void;
}

/** The client on standard input and output, of which a gateway has one at most. */
export class StdioClient implements Client {
  readonly label = clientLabel(nextClientNumber(), 'stdio');
  readonly framing: number;
  readonly source: StreamSource;
  readonly sink: StreamSink;
  readonly #options: StdioClientOptions;
  readonly #log: Logger;
  #session: ClientSession | null = null;
  #flow: Flow | null = null;
  #holding = false;
  #onceRead: (() => void)[] = [];
  #ended = false;
  #closed = false;

  constructor(options: StdioClientOptions) {
    this.#options = options;
    const { input, output, framing, maxPayloadBytes } = options;
    const log = options.log.child({ client: this.label });
    this.#log = log;
    this.framing = framingWord(framing);
    const events: SplitterEvents = {
      oversize: () => this.reply(errorReply('null', GATEWAY_ERRORS.messageTooBig)),
      noise: (line) => {
        const shown = Buffer.from(line).toString('utf8', 0, SHOWN_NOISE_BYTES);
        log.warn({ line: shown }, 'input that is no valid header was skipped');
        this.reply(errorReply('null', GATEWAY_ERRORS.badHeader));
      },
    };
    const splitter = createSplitter(framing, maxPayloadBytes, events, slabs);
    this.source = new StreamSource(input, splitter, {
      failed: (error) => log.error({ err: error }, 'cannot read from standard input'),
      ended: () => this.#inputEnded(),
    });
    this.sink = new StreamSink(output, (error: NodeJS.ErrnoException) => {
      log.warn({ err: error }, 'cannot write to standard output');
      this.#gone(error);
    });
    output.on('drain', this.#allRead).on('close', this.#allRead);
  }

  attach(session: ClientSession): void {
    this.#session = session;
    this.#log.debug('a client has connected');
    if (this.#ended) session.clientEnded(false);
  }

  start(flow: Flow): void {
    this.#flow = flow;
    this.source.start(flow);
  }

  send(batch: Batch, frames: Int32Array, count: number, own: readonly Uint8Array[] = []): void {
    const { output } = this.#options;
    // One system call for all of them.
    output.cork();
    for (let i = 0; i < count; i++) {
      const frame = frames[i]!;
      this.sendOne(frame < 0 ? own[~frame]! : batch.output(frame));
    }
    output.uncork();
  }

  sendOne(message: Uint8Array): void {
    this.sink.writeOwn(framed(message, this.framing));
  }

  get heldBackBytes(): number {
    return this.#options.output.writableLength;
  }

  onceRead(callback: () => void): void {
    const { output } = this.#options;
    if (output.writableNeedDrain && !output.destroyed) this.#onceRead.push(callback);
    else setImmediate(callback);
  }

  reply(bytes: Uint8Array): void {
    this.sendOne(bytes);
    if (this.#options.output.writableLength > UNREAD_STDOUT_BYTES) this.#holdInput();
  }

  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.debug({ code, reason }, 'a client has disconnected');
    this.source.discard();
    if (code === CLOSE_TRY_AGAIN_LATER) {
      // It does not read: what is still to be written may never be.
      this.sink.end();
      queueMicrotask(() => this.#left(reason));
    } else {
      this.sink.end((error) => this.#left(isRegularEnd(code) ? failureOf(error ?? null) : reason));
    }
  }

  #left(failure: string | null): void {
    this.#session?.clientEnded(true, failure);
    this.#options.onClosed(failure);
  }

  /** Until what we have said has been read. */
  #holdInput(): void {
    if (this.#holding) return;
    this.#holding = true;
    this.#flow!.hold();
    this.onceRead(() => {
      this.#holding = false;
      this.#flow!.release();
    });
  }

  readonly #allRead = (): void => {
    const callbacks = this.#onceRead;
    this.#onceRead = [];
    for (const callback of callbacks) callback();
  };

  #inputEnded(): void {
    // Of a client that has left, the end of its input says no more.
    if (this.#ended || this.#closed) return;
    this.#ended = true;
    this.#log.debug('standard input has ended');
    this.#session?.clientEnded(false);
  }

  /** Nothing can be written any more. */
  #gone(error: NodeJS.ErrnoException): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.debug({ reason: error.message }, 'a client has disconnected');
    this.source.discard();
    this.#session?.clientEnded(true);
    this.#options.onClosed(failureOf(error) ?? (this.#ended ? null : 'standard output is closed'));
  }
}

/** Null where the reader has just gone: after the end of its input, a client may. */
function failureOf(error: NodeJS.ErrnoException | null): string | null {
  if (error === null || error.code === 'EPIPE') return null;
  return `cannot write to standard output: ${error.message}`;
}
