import { CR, LF } from '../../workers/ascii.js';
import { MAX_HEADER_LINE_BYTES } from '../limits.js';
import { Chunks } from './chunks.js';
import { FrameAssembly, type FrameMemory, OWN_MEMORY } from './frame-assembly.js';
import type { FrameSplitter, SplitterEvents } from './splitter.js';

/** A byte that no JSON text has. */
const CUT_OFF = Uint8Array.of(0);

const CONTENT_LENGTH = /^content-length\s*:\s*(\d{1,15})\s*$/i;
const CONTENT_LENGTH_AT_END = /content-length\s*:\s*(\d{1,15})\s*$/i;
const CONTENT_TYPE = /^content-type\s*:/i;
/** The end of a line in which that may stand. */
const LINE_TAIL_BYTES = 64;
/** Field names are those of RFC 9110. */
const OTHER_HEADER = /^(?!content-length)[\w!#$%&'*+.^`|~-]+\s*:/i;

/**
 * The base protocol of language servers (LSP 3.17, "Header Part"): header lines, an empty line,
 * then as many bytes as `Content-Length` says. Lines that are no header, such as what a server
 * prints by accident, are left out one by one. Where such text has no end of line, or a length was
 * wrong, the next `Content-Length` stands at the end of what is left out: there messages go on.
 */
export class ContentLengthSplitter implements FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #events: SplitterEvents;
  readonly #chunks = new Chunks();
  /** Beginning of a header line whose end has not come yet. */
  readonly #line = new FrameAssembly(OWN_MEMORY);
  /** Beginning of a body whose end has not come yet. */
  readonly #body: FrameAssembly;
  /** The body that was given last is the one that was put together. */
  #wasPutTogether = false;
  /** Length of the body that comes next; 0 while its headers are read. */
  #bodyBytes = 0;
  /** From Content-Length, until the empty line. */
  #announcedBytes = 0;
  /** Bytes of a body that is too big and still to be left out. */
  #skipBytes = 0;
  #ended = false;
  /** Inside a line that is too long for a header; #line has the end of what has come of it. */
  #skippingLine = false;

  constructor(maxFrameBytes: number, events: SplitterEvents, memory: FrameMemory) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#events = events;
    this.#body = new FrameAssembly(memory);
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  keep(frame: Uint8Array | null): Uint8Array | null {
    this.#chunks.keep();
    return frame === null || this.#wasPutTogether ? frame : new Uint8Array(frame);
  }

  end(): void {
    this.#ended = true;
  }

  next(): Uint8Array | null {
    if (this.#wasPutTogether) this.#body.clear();
    this.#wasPutTogether = false;
    const chunks = this.#chunks;
    for (;;) {
      const left = chunks.bytes.length - chunks.at;
      if (left === 0) {
        if (chunks.next()) continue;
        return this.#ended ? this.#rest() : null;
      } else if (this.#skipBytes > 0) {
        const skipped = Math.min(this.#skipBytes, left);
        this.#skipBytes -= skipped;
        chunks.at += skipped;
      } else if (this.#bodyBytes > 0) {
        const body = this.#readBody();
        if (body !== null) return body;
      } else {
        this.#readHeaderLine();
      }
    }
  }

  /**
   * What the end has cut off: of a body it counts as a frame that is not JSON, and of the headers
   * as noise.
   */
  #rest(): Uint8Array | null {
    if (this.#announcedBytes > 0)
      this.#events.noise(Buffer.from(`Content-Length: ${this.#announcedBytes}`));
    this.#announcedBytes = 0;
    if (this.#line.length > 0 && !this.#skippingLine) this.#events.noise(this.#line.view);
    this.#line.clear();
    if (this.#bodyBytes === 0) return null;
    this.#bodyBytes = 0;
    // Stands for what is missing: or what is there might be taken for a whole message.
    this.#body.add(CUT_OFF);
    this.#wasPutTogether = true;
    return this.#body.view;
  }

  /** The body, when all of it is there. */
  #readBody(): Uint8Array | null {
    const missing = this.#bodyBytes - this.#body.length;
    const piece = this.#take(missing);
    if (piece.length < missing) {
      this.#body.add(piece);
      return null;
    }
    this.#bodyBytes = 0;
    if (this.#body.length === 0) return piece;
    this.#body.add(piece);
    this.#wasPutTogether = true;
    return this.#body.view;
  }

  /** Uses up the current chunk up to the end of the line, or all of it. */
  #readHeaderLine(): void {
    const { bytes, at } = this.#chunks;
    const lf = bytes.indexOf(LF, at);
    const piece = this.#take((lf === -1 ? bytes.length : lf) - at);
    if (lf !== -1) this.#chunks.at++;
    if (this.#skippingLine || this.#line.length + piece.length > MAX_HEADER_LINE_BYTES) {
      this.#skipLine(piece, lf !== -1);
    } else if (lf === -1) {
      this.#line.add(piece);
    } else if (this.#line.length === 0) {
      this.#header(piece);
    } else {
      this.#line.add(piece);
      this.#header(this.#line.view);
      this.#line.clear();
    }
  }

  /**
   * A line that is too long for a header: its beginning counts as noise, and of the rest only its
   * end is looked at.
   */
  #skipLine(piece: Uint8Array, isLast: boolean): void {
    let rest = piece;
    if (!this.#skippingLine) {
      const room = MAX_HEADER_LINE_BYTES - this.#line.length;
      this.#line.add(piece.subarray(0, room));
      rest = piece.subarray(room);
      this.#events.noise(this.#line.view);
    }
    const tail = Buffer.concat([this.#line.view, rest]).subarray(-LINE_TAIL_BYTES);
    this.#line.clear();
    this.#skippingLine = !isLast;
    if (!isLast) this.#line.add(tail);
    else this.#announcesAtEnd(tail);
  }

  /** A whole line of the headers, without its LF. */
  #header(lineWithCr: Uint8Array): void {
    const line = withoutCr(lineWithCr);
    if (line.length === 0) {
      if (this.#announcedBytes > this.#maxFrameBytes) {
        this.#events.oversize(this.#maxFrameBytes);
        this.#skipBytes = this.#announcedBytes;
      } else {
        this.#bodyBytes = this.#announcedBytes;
      }
      this.#announcedBytes = 0;
      return;
    }
    const text = latin1(line);
    const length = CONTENT_LENGTH.exec(text)?.[1];
    if (length !== undefined) {
      this.#announcedBytes = Number(length);
    } else if (this.#announcesAtEnd(lineWithCr)) {
      this.#events.noise(line);
    } else if (!CONTENT_TYPE.test(text) && (line === lineWithCr || !OTHER_HEADER.test(text))) {
      // What is printed by accident ends with LF alone, and may look like a header as well.
      this.#events.noise(line);
    }
  }

  /**
   * Whether a Content-Length header stands at the end of a line with other text; the line is
   * without its LF.
   */
  #announcesAtEnd(line: Uint8Array): boolean {
    // Headers end with CR LF, what is printed about one with LF.
    if (this.#announcedBytes > 0 || withoutCr(line) === line) return false;
    const length = CONTENT_LENGTH_AT_END.exec(latin1(line.subarray(-LINE_TAIL_BYTES)))?.[1];
    this.#announcedBytes = Number(length ?? 0);
    return length !== undefined;
  }

  /** The next bytes of the current chunk, at most `count`. */
  #take(count: number): Uint8Array {
    const { bytes, at } = this.#chunks;
    const taken = bytes.subarray(at, at + count);
    this.#chunks.at += taken.length;
    return taken;
  }
}

function withoutCr(line: Uint8Array): Uint8Array {
  return line.length > 0 && line[line.length - 1] === CR ? line.subarray(0, -1) : line;
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}
