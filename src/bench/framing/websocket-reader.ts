import { MAX_REPLY_BYTES } from '../bench-limits.js';
import type { MessageReader, MessageSink } from './message-sink.js';
import {
  OPCODE_BINARY,
  OPCODE_CLOSE,
  OPCODE_CONTINUATION,
  OPCODE_PING,
  OPCODE_PONG,
  OPCODE_TEXT,
} from './websocket-frame.js';

/** What else comes in frames, beside messages. Payload bytes are borrowed as those of a message. */
export interface WebSocketSink extends MessageSink {
  onPing(bytes: Buffer, start: number, end: number): void;
  /**
   * The server's close frame: its code, 1005 where it carries none (RFC 6455 section 7.4.1), and
   * its reason, which may be empty.
   */
  onClose(code: number, reason: string): void;
}

const FIN = 0x80;
const RESERVED = 0x70;
const OPCODE = 0x0f;
const CONTROL = 0x08;
const MASKED = 0x80;
const MAX_CONTROL_BYTES = 125;
const NO_STATUS = 1005;
/** The header is not there completely yet. */
const INCOMPLETE = -1;
/** The header is not one: the sink has been told. */
const BROKEN = -2;

/**
 * Reads the frames of a server (RFC 6455 section 5): messages, whole or in
 * fragments, with control frames anywhere between. A frame that lies whole in a
 * chunk is handed on in place; only a frame that a chunk's end cuts is copied.
 */
export class WebSocketReader implements MessageReader {
  readonly #sink: WebSocketSink;
  /** The beginning of a frame that is not complete yet. */
  #pending = Buffer.alloc(0);
  #pendingLength = 0;
  /** Fragments of a message before its final frame; null between messages. */
  #fragments: Buffer[] | null = null;
  #fragmentBytes = 0;
  #isDone = false;

  // Of the header that #readHeader has read.
  #headerLength = 0;
  #payloadLength = 0;

  constructor(sink: WebSocketSink) {
    this.#sink = sink;
  }

  push(chunk: Buffer, start: number, end: number): void {
    let at = start;
    if (this.#pendingLength > 0) at = this.#completePending(chunk, at, end);
    while (at < end && !this.#isDone) {
      const header = this.#readHeader(chunk, at, end);
      if (header === BROKEN) return;
      const frameEnd = at + this.#headerLength + this.#payloadLength;
      if (header === INCOMPLETE || frameEnd > end) {
        this.#keep(chunk, at, end);
        return;
      }
      this.#onFrame(header, chunk, at + this.#headerLength, frameEnd);
      at = frameEnd;
    }
  }

  /** Adds to the frame that was cut; returns where the next one begins. */
  #completePending(chunk: Buffer, start: number, end: number): number {
    let at = start;
    for (;;) {
      const header = this.#readHeader(this.#pending, 0, this.#pendingLength);
      if (header === BROKEN) return end;
      const needed =
        header === INCOMPLETE ? this.#pendingLength + 1 : this.#headerLength + this.#payloadLength;
      if (header !== INCOMPLETE && this.#pendingLength === needed) {
        this.#pendingLength = 0;
        this.#onFrame(header, this.#pending, this.#headerLength, needed);
        return at;
      }
      if (at === end) return at;
      const taken = Math.min(end - at, needed - this.#pendingLength);
      this.#reserve(needed);
      chunk.copy(this.#pending, this.#pendingLength, at, at + taken);
      this.#pendingLength += taken;
      at += taken;
    }
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    this.#pendingLength = 0;
    this.#reserve(end - start);
    chunk.copy(this.#pending, 0, start, end);
    this.#pendingLength = end - start;
  }

  #reserve(bytes: number): void {
    if (this.#pending.length >= bytes) return;
    const grown = Buffer.allocUnsafeSlow(bytes);
    this.#pending.copy(grown, 0, 0, this.#pendingLength);
    this.#pending = grown;
  }

  /** Returns the first header byte, its lengths in fields; or INCOMPLETE, or BROKEN. */
  #readHeader(bytes: Buffer, at: number, end: number): number {
    if (end - at < 2) return INCOMPLETE;
    const first = bytes[at]!;
    const second = bytes[at + 1]!;
    const shortLength = second & 0x7f;
    const headerLength = shortLength < 126 ? 2 : shortLength === 126 ? 4 : 10;
    if ((first & RESERVED) !== 0) return this.#break('a reserved bit is set in a frame');
    if ((second & MASKED) !== 0) return this.#break('the server masks its frames');
    if (end - at < headerLength) return INCOMPLETE;
    let length = shortLength;
    if (shortLength === 126) length = bytes.readUInt16BE(at + 2);
    else if (shortLength === 127) {
      length = bytes.readUInt32BE(at + 2) * 0x100000000 + bytes.readUInt32BE(at + 6);
    }
    if (length > MAX_REPLY_BYTES - this.#fragmentBytes) {
      return this.#break(`a message above ${MAX_REPLY_BYTES} bytes`);
    }
    const isBadControl = (first & FIN) === 0 || length > MAX_CONTROL_BYTES;
    if ((first & CONTROL) !== 0 && isBadControl) {
      return this.#break('a control frame is fragmented or longer than 125 bytes');
    }
    this.#headerLength = headerLength;
    this.#payloadLength = length;
    return first;
  }

  #onFrame(header: number, bytes: Buffer, start: number, end: number): void {
    const isFinal = (header & FIN) !== 0;
    switch (header & OPCODE) {
      case OPCODE_TEXT:
      case OPCODE_BINARY:
        if (this.#fragments !== null) this.#break('a message begins inside another one');
        else if (isFinal) this.#sink.onMessage(bytes, start, end);
        else this.#addFragment(bytes, start, end);
        return;
      case OPCODE_CONTINUATION:
        if (this.#fragments === null) {
          this.#break('a continuation without a beginning');
          return;
        }
        this.#addFragment(bytes, start, end);
        if (isFinal) this.#joinFragments();
        return;
      case OPCODE_PING:
        this.#sink.onPing(bytes, start, end);
        return;
      case OPCODE_PONG:
        return;
      case OPCODE_CLOSE:
        this.#isDone = true;
        if (end - start < 2) this.#sink.onClose(NO_STATUS, '');
        else this.#sink.onClose(bytes.readUInt16BE(start), bytes.toString('utf8', start + 2, end));
        return;
      default:
        this.#break(`unknown opcode ${header & OPCODE}`);
    }
  }

  #addFragment(bytes: Buffer, start: number, end: number): void {
    this.#fragments ??= [];
    this.#fragments.push(Buffer.from(bytes.subarray(start, end)));
    this.#fragmentBytes += end - start;
  }

  #joinFragments(): void {
    const message = Buffer.concat(this.#fragments ?? []);
    this.#fragments = null;
    this.#fragmentBytes = 0;
    this.#sink.onMessage(message, 0, message.length);
  }

  #break(reason: string): typeof BROKEN {
    this.#isDone = true;
    this.#sink.onBroken(reason);
    return BROKEN;
  }
}
