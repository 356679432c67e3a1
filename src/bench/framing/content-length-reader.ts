import { MAX_REPLY_BYTES } from '../bench-limits.js';
import type { MessageReader, MessageSink } from './message-sink.js';

const HEADER_END = '\r\n\r\n';
/** A header block longer than this is not one. */
const MAX_HEADER_BYTES = 4_096;
/** Of what is no header, in a message for the user. */
const SHOWN_BYTES = 80;

/** Reads the base protocol of language servers: `Content-Length: N`, an empty line, N bytes. */
export class ContentLengthReader implements MessageReader {
  readonly #sink: MessageSink;
  #pending: Buffer = Buffer.alloc(0);
  #pendingLength = 0;
  #isDone = false;

  constructor(sink: MessageSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer, start: number, end: number): void {
    if (this.#isDone) return;
    if (this.#pendingLength === 0) {
      const at = this.#readAll(chunk, start, end);
      if (at < end) this.#append(chunk, at, end);
      return;
    }
    this.#append(chunk, start, end);
    const length = this.#pendingLength;
    const at = this.#readAll(this.#pending, 0, length);
    // Making room for the rest of a long message may have replaced the buffer.
    this.#pending.copyWithin(0, at, length);
    this.#pendingLength = length - at;
  }

  /** Hands on every message that is complete; returns where the first incomplete one begins. */
  #readAll(bytes: Buffer, start: number, end: number): number {
    let at = start;
    while (at < end && !this.#isDone) {
      const headerEnd = bytes.subarray(at, end).indexOf(HEADER_END);
      if (headerEnd === -1) {
        if (end - at > MAX_HEADER_BYTES) this.#break('no end of a Content-Length header');
        return at;
      }
      const bodyStart = at + headerEnd + HEADER_END.length;
      const length = lengthIn(bytes.toString('latin1', at, at + headerEnd));
      if (typeof length === 'string') {
        this.#break(length);
        return end;
      }
      if (length > MAX_REPLY_BYTES) {
        this.#break(`a message above ${MAX_REPLY_BYTES} bytes`);
        return end;
      }
      const bodyEnd = bodyStart + length;
      if (bodyEnd > end) {
        this.#reserve(bodyEnd - at);
        return at;
      }
      this.#sink.onMessage(bytes, bodyStart, bodyEnd);
      at = bodyEnd;
    }
    return at;
  }

  #append(chunk: Buffer, start: number, end: number): void {
    this.#reserve(this.#pendingLength + end - start);
    chunk.copy(this.#pending, this.#pendingLength, start, end);
    this.#pendingLength += end - start;
  }

  #reserve(bytes: number): void {
    if (this.#pending.length >= bytes) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(bytes, this.#pending.length * 2));
    this.#pending.copy(grown, 0, 0, this.#pendingLength);
    this.#pending = grown;
  }

  #break(reason: string): void {
    this.#isDone = true;
    this.#sink.onBroken(reason);
  }
}

/** The Content-Length in a block of headers; a text: what is wrong with the block. */
function lengthIn(block: string): number | string {
  let length: number | null = null;
  // Some servers end each body with a line feed.
  for (const line of block.replace(/^[\r\n]+/, '').split('\r\n')) {
    const [, name, value] = /^([\w-]+):[ \t]*(.*?)[ \t]*$/.exec(line) ?? [];
    if (name === undefined)
      return `a line that is no header: ${JSON.stringify(line.slice(0, SHOWN_BYTES))}`;
    if (name.toLowerCase() !== 'content-length') continue;
    if (length !== null) return 'a message with two Content-Length headers';
    if (!/^\d+$/.test(value!))
      return `a Content-Length that is no number: ${JSON.stringify(value!.slice(0, SHOWN_BYTES))}`;
    length = Number(value);
  }
  return length ?? 'a header without Content-Length';
}
