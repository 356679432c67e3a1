import { MAX_SHAPE_BYTES, REPLY_SHAPES } from '../bench-limits.js';
import type { FrameKind } from './reply-scanner.js';
import { readId } from './reply-scanner.js';

/**
 * Up to here a comparison in JavaScript, four bytes at a time, is quicker than a call out of it.
 */
const SHORT_BYTES = 320;
/** So many frames in a row that fit no remembered layout: the server's replies all differ. */
const GIVE_UP_AFTER = 1_000;
const EMPTY = Buffer.alloc(0);

/**
 * A frame that was validated completely, without its id. A later frame that is equal in
 * every byte but the id's digits is as valid as the first one, and has the same result.
 */
interface ReplyShape {
  /** The frame; its id lies at [idStart, idEnd). */
  readonly bytes: Buffer;
  readonly words: DataView;
  readonly idStart: number;
  readonly idEnd: number;
  readonly kind: FrameKind;
  /** The message whose reply it was: expectations on content are held for each message. */
  readonly message: number;
  /** Whether its content was as expected. */
  readonly isExpected: boolean;
}

/**
 * Remembers the layouts of the last replies, because most servers under load answer
 * with the same bytes again and again: comparing them costs a tenth of a scan.
 */
export class ReplyShapes {
  /** Of the shape that the last match() found. */
  kind: FrameKind = 'bad';
  message = 0;
  isExpected = true;
  readonly #shapes: ReplyShape[] = [];
  /** The buffer of the last match(), which is nearly always the one of the next, and its words. */
  #bytes: Buffer = EMPTY;
  #words = wordsOf(EMPTY);
  #last = 0;
  #next = 0;
  #misses = 0;

  /** The id of the frame, where it has a remembered layout; -1 where it must be scanned. */
  match(bytes: Buffer, start: number, end: number): number {
    const shapes = this.#shapes;
    if (bytes !== this.#bytes) {
      this.#bytes = bytes;
      this.#words = wordsOf(bytes);
    }
    for (let n = 0; n < shapes.length; n++) {
      const k = n === 0 ? this.#last : n === this.#last ? 0 : n;
      const shape = shapes[k]!;
      const id = fits(shape, bytes, this.#words, start, end);
      if (id === -1) continue;
      this.#last = k;
      this.#misses = 0;
      this.kind = shape.kind;
      this.message = shape.message;
      this.isExpected = shape.isExpected;
      return id;
    }
    this.#misses++;
    return -1;
  }

  /** Remembers a frame that was scanned; takes a copy. */
  learn(
    bytes: Buffer,
    start: number,
    end: number,
    idStart: number,
    idEnd: number,
    kind: FrameKind,
    message: number,
    isExpected: boolean,
  ): void {
    if (end - start > MAX_SHAPE_BYTES) return;
    if (this.#misses > GIVE_UP_AFTER) {
      this.#shapes.length = 0;
      return;
    }
    const copy = Buffer.from(bytes.subarray(start, end));
    this.#shapes[this.#next] = {
      bytes: copy,
      words: wordsOf(copy),
      idStart: idStart - start,
      idEnd: idEnd - start,
      kind,
      message,
      isExpected,
    };
    this.#last = this.#next;
    this.#next = (this.#next + 1) % REPLY_SHAPES;
  }
}

function wordsOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

/** The id where the frame equals the shape but for it, else -1. `words`: those of `bytes`. */
function fits(
  shape: ReplyShape,
  bytes: Buffer,
  words: DataView,
  start: number,
  end: number,
): number {
  const known = shape.bytes;
  const idStart = start + shape.idStart;
  const idEnd = end - (known.length - shape.idEnd);
  if (idEnd <= idStart) return -1;
  if (known.length > SHORT_BYTES) {
    if (known.compare(bytes, start, idStart, 0, shape.idStart) !== 0) return -1;
    if (known.compare(bytes, idEnd, end, shape.idEnd, known.length) !== 0) return -1;
  } else {
    if (!equal(shape.words, 0, shape.idStart, words, start)) return -1;
    if (!equal(shape.words, shape.idEnd, known.length, words, idEnd)) return -1;
  }
  return readId(bytes, idStart, idEnd);
}

/** Whether [aStart, aEnd) of `a` is in `b` from bStart on. */
function equal(a: DataView, aStart: number, aEnd: number, b: DataView, bStart: number): boolean {
  const shift = bStart - aStart;
  let i = aStart;
  for (; i + 4 <= aEnd; i += 4) if (a.getInt32(i) !== b.getInt32(i + shift)) return false;
  for (; i < aEnd; i++) if (a.getUint8(i) !== b.getUint8(i + shift)) return false;
  return true;
}
