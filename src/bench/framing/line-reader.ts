import { CR, LF } from '../../../workers/ascii.js';
import { MAX_REPLY_BYTES } from '../bench-limits.js';
import type { MessageReader, MessageSink } from './message-sink.js';

/**
 * Reads newline-delimited JSON; blank lines are skipped, a CR before the LF is no part of the line.
 */
export class LineReader implements MessageReader {
  readonly #sink: MessageSink;
  /** The beginning of a line whose end has not come yet. */
  #pending: Buffer[] = [];
  #pendingBytes = 0;
  #isDone = false;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer, start: number, end: number): void {
    let at = start;
    while (at < end && !this.#isDone) {
      const newline = chunk.indexOf(LF, at);
      if (newline === -1 || newline >= end) {
        this.#keep(chunk, at, end);
        return;
      }
      if (this.#pendingBytes === 0) this.#onLine(chunk, at, newline);
      else {
        this.#pending.push(chunk.subarray(at, newline));
        const line = Buffer.concat(this.#pending);
        this.#pending = [];
        this.#pendingBytes = 0;
        this.#onLine(line, 0, line.length);
      }
      at = newline + 1;
    }
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    this.#pendingBytes += end - start;
    if (this.#pendingBytes > MAX_REPLY_BYTES) {
      this.#isDone = true;
      this.#sink.onBroken(`a line above ${MAX_REPLY_BYTES} bytes`);
      return;
    }
    this.#pending.push(Buffer.from(chunk.subarray(start, end)));
  }

  #onLine(bytes: Buffer, start: number, lineEnd: number): void {
    const end = lineEnd > start && bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (end > start) this.#sink.onMessage(bytes, start, end);
  }
}
