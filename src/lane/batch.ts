import {
  ARG,
  FRAME_COUNT,
  FRAME_WORDS,
  HEADER_WORDS,
  IN_LENGTH,
  IN_OFFSET,
  INPUT_PADDING_BYTES,
  OP,
  OUT_END,
  OUT_LENGTH,
  OUT_LIMIT,
  OUT_OFFSET,
  OUT_START,
  OUTPUT_RESERVE_BYTES,
  VERDICT,
} from '../../workers/batch-layout.js';
import type { FrameRun } from '../framing/frame-run.js';

/** Frames begin at multiples of this, so that copies and SIMD loads are aligned. */
const ALIGNMENT = 8;

/** Bytes [start, end) of a frame. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Whose frame it is: a flow, as its batch and its lane know it. */
export interface FrameOwner {
  /** There is room again. */
  pump(): void;
  /** Its frames [from, to) of this batch are processed. */
  received(batch: Batch, from: number, to: number): void;
}

/**
 * One shared-memory arena and what main knows of the frames in it. Main fills it,
 * a worker processes it, main reads the results; batch-layout.ts says who owns it when.
 */
export class Batch {
  readonly memory: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly bytes: Uint8Array;
  readonly inputCapacity: number;
  readonly frameCapacity: number;

  /** Whose frame each one is, by index; only the first `count` are meant. */
  readonly flows: (FrameOwner | undefined)[];
  count = 0;
  /** Of frames in a row that are of one flow. */
  runs = 0;
  /** Bytes of frames in it. */
  inputBytes = 0;
  /**
   * What still needs its memory, its delivery or destinations that write from it; at 0 it is filled
   * again.
   */
  pins = 0;

  #inputEnd = 0;

  /** `plainView`: Kernel.plainView of this thread, if it has a kernel. */
  constructor(
    inputCapacity: number,
    frameCapacity: number,
    plainView = (shared: Uint8Array): Uint8Array => shared,
  ) {
    this.inputCapacity = inputCapacity;
    this.frameCapacity = frameCapacity;
    this.flows = new Array<FrameOwner | undefined>(frameCapacity).fill(undefined);
    const controlBytes = (HEADER_WORDS + frameCapacity * FRAME_WORDS) * 4;
    const inputRegion = inputCapacity + INPUT_PADDING_BYTES;
    const outputRegion = inputCapacity + frameCapacity * OUTPUT_RESERVE_BYTES;
    this.memory = new SharedArrayBuffer(controlBytes + inputRegion + outputRegion);
    this.control = new Int32Array(this.memory, 0, controlBytes / 4);
    this.bytes = plainView(new Uint8Array(this.memory, controlBytes));
    this.control[OUT_START] = inputRegion;
    this.control[OUT_LIMIT] = inputRegion + outputRegion;
  }

  /**
   * Copies a frame in; false when there is no room for it. The frame is not kept. `moreBytes`: what
   * its output may need beyond its own length and OUTPUT_RESERVE_BYTES.
   */
  append(
    flow: FrameOwner,
    op: number,
    arg: number,
    frame: Uint8Array,
    moreBytes: number = 0,
  ): boolean {
    const start = this.#inputEnd;
    const index = this.count;
    const end = start + frame.length + moreBytes;
    if (index === this.frameCapacity || end > this.inputCapacity) return false;
    this.bytes.set(frame, start);
    const at = HEADER_WORDS + index * FRAME_WORDS;
    const { control } = this;
    control[at + OP] = op;
    control[at + ARG] = arg;
    control[at + IN_OFFSET] = start;
    control[at + IN_LENGTH] = frame.length;
    if (index === 0 || this.flows[index - 1] !== flow) this.runs++;
    this.flows[index] = flow;
    this.count = index + 1;
    this.inputBytes += frame.length;
    this.#inputEnd = (end + ALIGNMENT - 1) & -ALIGNMENT;
    return true;
  }

  /**
   * Copies `count` frames of a run in, from `first` on, at once; returns how many there was room
   * for.
   */
  appendRun(
    flow: FrameOwner,
    op: number,
    arg: number,
    run: FrameRun,
    first: number,
    count: number,
  ): number {
    const { bounds } = run;
    const { control, count: index } = this;
    const start = this.#inputEnd;
    const from = bounds[first]!;
    let fit = Math.min(count, this.frameCapacity - index);
    while (fit > 0 && start + bounds[first + fit]! - from > this.inputCapacity) fit--;
    if (fit === 0) return 0;
    const to = bounds[first + fit]!;
    this.bytes.set(run.bytes.subarray(from, to), start);
    let at = HEADER_WORDS + index * FRAME_WORDS;
    for (let i = first; i < first + fit; i++, at += FRAME_WORDS) {
      control[at + OP] = op;
      control[at + ARG] = arg;
      control[at + IN_OFFSET] = start + bounds[i]! - from;
      control[at + IN_LENGTH] = bounds[i + 1]! - 1 - bounds[i]!;
    }
    if (index === 0 || this.flows[index - 1] !== flow) this.runs++;
    this.flows.fill(flow, index, index + fit);
    this.count = index + fit;
    this.inputBytes += to - from;
    this.#inputEnd = (start + to - from + ALIGNMENT - 1) & -ALIGNMENT;
    return fit;
  }

  /** To be called before the batch is processed. */
  seal(): void {
    this.control[FRAME_COUNT] = this.count;
  }

  /** Makes it empty. The flows are forgotten, so that a closed connection can be collected. */
  reset(): void {
    this.flows.fill(undefined, 0, this.count);
    this.count = 0;
    this.runs = 0;
    this.inputBytes = 0;
    this.#inputEnd = 0;
  }

  /** A word of the descriptor of frame `index`. */
  word(index: number, word: number): number {
    return this.control[HEADER_WORDS + index * FRAME_WORDS + word]!;
  }

  setWord(index: number, word: number, value: number): void {
    this.control[HEADER_WORDS + index * FRAME_WORDS + word] = value;
  }

  /**
   * The span in frame `index` whose two words begin at `startWord` (ID_START ...); its end is 0
   * where there is none.
   */
  span(index: number, startWord: number): Span {
    return { start: this.word(index, startWord), end: this.word(index, startWord + 1) };
  }

  /**
   * The part of the incoming bytes of frame `index` that this span is; a view that is valid until
   * reset().
   */
  part(index: number, startWord: number): Uint8Array {
    const { start, end } = this.span(index, startWord);
    return this.input(index).subarray(start, end);
  }

  /** What the kernel found frame `index` to be: a KIND_ or BAD_ constant. */
  verdict(index: number): number {
    return this.control[HEADER_WORDS + index * FRAME_WORDS + VERDICT]!;
  }

  /** The incoming bytes of frame `index`; a view that is valid until reset(). */
  input(index: number): Uint8Array {
    const at = HEADER_WORDS + index * FRAME_WORDS;
    const start = this.control[at + IN_OFFSET]!;
    return this.bytes.subarray(start, start + this.control[at + IN_LENGTH]!);
  }

  /** What goes out for frame `index`; a view that is valid until reset(). */
  output(index: number): Uint8Array {
    const at = HEADER_WORDS + index * FRAME_WORDS;
    const start = this.control[at + OUT_OFFSET]!;
    return this.bytes.subarray(start, start + this.control[at + OUT_LENGTH]!);
  }

  /** Takes over the result of frame `index` from a batch in which it was processed alone. */
  copyResult(index: number, alone: Batch): void {
    const at = HEADER_WORDS + index * FRAME_WORDS;
    const from = alone.control.subarray(HEADER_WORDS + VERDICT, HEADER_WORDS + FRAME_WORDS);
    this.control.set(from, at + VERDICT);
    const start = index === 0 ? this.control[OUT_START]! : this.control[OUT_END]!;
    const output = alone.output(0);
    this.bytes.set(output, start);
    this.control[at + OUT_OFFSET] = start;
    this.control[OUT_END] = start + output.length;
  }

  /** What goes out for the only frame of a batch; there is room for a reason. */
  setOnlyOutput(bytes: Uint8Array): void {
    const start = this.control[OUT_START]!;
    this.bytes.set(bytes, start);
    this.setWord(0, OUT_OFFSET, start);
    this.setWord(0, OUT_LENGTH, bytes.length);
    this.control[OUT_END] = start + bytes.length;
  }

  outputLength(index: number): number {
    return this.control[HEADER_WORDS + index * FRAME_WORDS + OUT_LENGTH]!;
  }
}
