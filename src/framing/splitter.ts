import { FRAMING_CONTENT_LENGTH, FRAMING_NDJSON } from '../../workers/batch-layout.js';
import type { FrameRun } from './frame-run.js';

/** How messages are told apart on a byte stream. */
export const FRAMINGS = ['ndjson', 'content-length'] as const;
export type Framing = (typeof FRAMINGS)[number];

/** As a kernel knows it: a FRAMING_ constant. */
export function framingWord(framing: Framing): number {
  return framing === 'ndjson' ? FRAMING_NDJSON : FRAMING_CONTENT_LENGTH;
}

/**
 * Cuts a byte stream into frames. Chunks are borrowed until they are used up, and so are
 * the frames, which are views on them where they do not cross a chunk's edge.
 * The result does not depend on where the chunks were cut.
 */
export interface FrameSplitter {
  /** More bytes from the stream. They must not change afterwards, or keep() comes before that. */
  push(chunk: Uint8Array): void;
  /**
   * The bytes of the last push() are about to change: what is left of them is copied. `frame`, the
   * last of next(), is still in use: returns it, or its copy.
   */
  keep(frame: Uint8Array | null): Uint8Array | null;
  /** The next whole frame; null when more bytes are needed. */
  next(): Uint8Array | null;
  /**
   * Frames that next() would give, several at once; null when there are none such. Valid until any
   * other call.
   */
  nextRun?(): FrameRun | null;
  /** `count` frames of nextRun() are used up. */
  shiftRun?(count: number): void;
  /** The stream has ended: the rest, if it can count as a frame, comes from next(). */
  end(): void;
}

/** What a splitter has to leave out; it goes on behind it. */
export interface SplitterEvents {
  /** A frame above the limit was skipped; called once for each, when the limit is passed. */
  oversize(limitBytes: number): void;
  /** Bytes that belong to no frame (Content-Length only), cut to a line. */
  noise(line: Uint8Array): void;
}
