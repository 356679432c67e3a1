import { MAX_HEADER_LINE_BYTES } from '../limits.js';
import type { FrameSplitter, SplitterEvents } from './splitter.js';

const LF = 0x0a;
const CR = 0x0d;
const EMPTY = Buffer.alloc(0);

/**
 * The base protocol of language servers (LSP 3.17, "Header Part"): header lines, an empty
 * line, then as many bytes as `Content-Length` says. Lines that are no header, such as
 * what a server prints by accident, are left out one by one.
 */
export class ContentLengthSplitter implements FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #events: SplitterEvents;
  #parts: Uint8Array[] = [];
  #partsBytes = 0;
  /** Length of the body that comes next; -1 while its headers are read. */
  #bodyBytes = -1;
  /** From Content-Length, until the empty line. */
  #announcedBytes = -1;
  /** Bytes of a body that is too big and still to be left out. */
  #skipBytes = 0;
  /** True inside a line that is too long for a header: everything up to its end is left out. */
  #skippingLine = false;

  constructor(maxFrameBytes: number, events: SplitterEvents) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#events = events;
  }

  push(chunk: Uint8Array): void {
    this.#parts.push(chunk);
    this.#partsBytes += chunk.length;
  }

  keep(frame: Uint8Array | null): Uint8Array | null {
    // Bytes are used up in their order: only the last part can be of the last push().
    const last = this.#parts.pop();
    if (last !== undefined) this.#parts.push(new Uint8Array(last));
    return frame === null ? null : new Uint8Array(frame);
  }

  end(): void {
    // A body that is cut off is no message: nothing is left to give.
  }

  next(): Uint8Array | null {
    for (;;) {
      if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, this.#partsBytes);
        this.#skipBytes -= skipped;
        this.#take(skipped);
        if (this.#skipBytes > 0) return null;
      }
      if (this.#bodyBytes === -1) {
        if (!this.#readHeaderLine()) return null;
      } else {
        if (this.#partsBytes < this.#bodyBytes) return null;
        const body = this.#take(this.#bodyBytes);
        this.#bodyBytes = -1;
        if (body.length > 0) return body;
      }
    }
  }

  /** Uses up one line of the headers; false when it is not there yet. */
  #readHeaderLine(): boolean {
    const line = this.#takeLine();
    if (line === null) return false;
    if (line.length === 0) {
      if (this.#announcedBytes > this.#maxFrameBytes) {
        this.#events.oversize(this.#maxFrameBytes);
        this.#skipBytes = this.#announcedBytes;
      } else {
        this.#bodyBytes = this.#announcedBytes;
      }
      this.#announcedBytes = -1;
      return true;
    }
    const text = Buffer.from(line.buffer, line.byteOffset, line.length).toString('latin1');
    const length = /^content-length\s*:\s*(\d{1,15})\s*$/i.exec(text)?.[1];
    if (length !== undefined) this.#announcedBytes = Number(length);
    else if (!/^content-type\s*:/i.test(text)) this.#events.noise(line);
    return true;
  }

  /** The next line without its end. Of one that is too long, the beginning counts as noise. */
  #takeLine(): Uint8Array | null {
    let offset = 0;
    for (const part of this.#parts) {
      const lf = part.indexOf(LF);
      if (lf !== -1 && (this.#skippingLine || offset + lf <= MAX_HEADER_LINE_BYTES)) {
        const line = this.#take(offset + lf + 1).subarray(0, -1);
        if (!this.#skippingLine) return withoutCr(line);
        this.#skippingLine = false;
        return this.#takeLine();
      }
      offset += part.length;
      if (!this.#skippingLine && offset > MAX_HEADER_LINE_BYTES) {
        this.#events.noise(this.#take(MAX_HEADER_LINE_BYTES));
        this.#skippingLine = true;
        return this.#takeLine();
      }
    }
    if (this.#skippingLine) this.#take(offset);
    return null;
  }

  /** The next `count` bytes, which are there. */
  #take(count: number): Uint8Array {
    this.#partsBytes -= count;
    const first = this.#parts[0] ?? EMPTY;
    if (first.length > count) {
      this.#parts[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    const taken: Uint8Array[] = [];
    let missing = count;
    while (missing > 0) {
      const part = this.#parts[0]!;
      if (part.length > missing) {
        taken.push(part.subarray(0, missing));
        this.#parts[0] = part.subarray(missing);
        break;
      }
      taken.push(part);
      missing -= part.length;
      this.#parts.shift();
    }
    return taken.length === 1 ? taken[0]! : Buffer.concat(taken, count);
  }
}

function withoutCr(line: Uint8Array): Uint8Array {
  return line.length > 0 && line[line.length - 1] === CR ? line.subarray(0, -1) : line;
}
