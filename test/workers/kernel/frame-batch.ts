import {
  ACTION_FROM_SERVER,
  ACTION_PASS,
  ACTION_TO_SERVER,
  ARG,
  ERROR_END,
  ERROR_START,
  FRAME_COUNT,
  FRAME_WORDS,
  HEADER_WORDS,
  ID_END,
  ID_HASH,
  ID_START,
  IN_LENGTH,
  IN_OFFSET,
  INPUT_PADDING_BYTES,
  KIND_ARRAY,
  KIND_RESPONSE,
  METHOD_END,
  METHOD_START,
  OP,
  OUT_LENGTH,
  OUT_LIMIT,
  OUT_OFFSET,
  OUT_START,
  OUTPUT_RESERVE_BYTES,
  op,
  PARAMS_END,
  PARAMS_START,
  REQUEST_ID,
  RESULT_END,
  RESULT_START,
  SPAN_A_END,
  SPAN_B_END,
  VERDICT,
} from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';

/** One frame to run: its bytes (text is taken as UTF-8) and what to do with it. */
export interface FrameCase {
  readonly bytes: Uint8Array | string;
  readonly action: number;
  readonly framing?: number;
  readonly onBad?: number;
  readonly arg?: number;
}

/** What a kernel said about one frame. */
export interface FrameOutcome {
  readonly verdict: number;
  /** What went out, each byte as one character (so that any bytes compare and print). */
  readonly out: string;
  /** Spans by member, [start, end) in the frame; absent members are left out. */
  readonly spans: Readonly<Record<string, readonly [number, number]>>;
  /**
   * What the action found. PASS: the hash of the id. TO_SERVER and FROM_SERVER: spans in params, and
   * the id of a reply. SPLIT: the number of elements.
   */
  readonly found: readonly number[];
}

const MEMBER_SPANS = [
  ['id', ID_START, ID_END],
  ['method', METHOD_START, METHOD_END],
  ['params', PARAMS_START, PARAMS_END],
  ['result', RESULT_START, RESULT_END],
  ['error', ERROR_START, ERROR_END],
] as const;

/** A batch in shared memory, as in production, with the frames side by side and nothing between. */
export class FrameBatch {
  readonly control: Int32Array;
  readonly bytes: Uint8Array;
  readonly #input: Uint8Array;

  constructor(frames: readonly FrameCase[]) {
    const inputs = frames.map(({ bytes }) =>
      typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes,
    );
    const inputBytes = inputs.reduce((sum, input) => sum + input.length, 0);
    const outStart = inputBytes + INPUT_PADDING_BYTES;
    const outLimit = outStart + inputBytes + frames.length * OUTPUT_RESERVE_BYTES;
    const words = HEADER_WORDS + frames.length * FRAME_WORDS;
    this.control = new Int32Array(new SharedArrayBuffer(words * 4));
    this.bytes = new Uint8Array(new SharedArrayBuffer(outLimit));
    // Not zero: what an earlier batch left behind must not shine through.
    this.control.fill(0x5a5a5a5a, HEADER_WORDS);
    this.bytes.fill(0x22);
    this.control[FRAME_COUNT] = frames.length;
    this.control[OUT_START] = outStart;
    this.control[OUT_LIMIT] = outLimit;
    let at = 0;
    for (const [k, frame] of frames.entries()) {
      const d = HEADER_WORDS + k * FRAME_WORDS;
      this.bytes.set(inputs[k]!, at);
      this.control[d + OP] = op(frame.action, frame.framing ?? 0, frame.onBad ?? 0);
      this.control[d + IN_OFFSET] = at;
      this.control[d + IN_LENGTH] = inputs[k]!.length;
      this.control[d + ARG] = frame.arg ?? 0;
      at += inputs[k]!.length;
    }
    this.#input = this.bytes.slice(0, outStart);
  }

  /** Runs the batch and reads every frame's outcome; fails where the kernel wrote on its input. */
  run(kernel: Kernel): FrameOutcome[] {
    kernel.processBatch(this.control, this.bytes);
    if (Buffer.compare(this.bytes.slice(0, this.#input.length), this.#input) !== 0) {
      throw new Error('the kernel wrote into the input region');
    }
    return Array.from({ length: this.control[FRAME_COUNT]! }, (_, k) => this.#outcome(k));
  }

  #foundWords(d: number): number[] {
    const action = this.control[d + OP]! & 0xff;
    const verdict = this.control[d + VERDICT]!;
    if (action === ACTION_PASS) return [this.control[d + ID_HASH]!];
    if (verdict === KIND_ARRAY) return [this.control[d + REQUEST_ID]!];
    if (verdict < 0 || (action !== ACTION_TO_SERVER && action !== ACTION_FROM_SERVER)) return [];
    const ends = [SPAN_A_END, SPAN_B_END].flatMap((end) => {
      const at = this.control[d + end]!;
      return at === 0 ? [0] : [this.control[d + end - 1]!, at];
    });
    const isReply = action === ACTION_FROM_SERVER && verdict >= KIND_RESPONSE;
    return isReply ? [...ends, this.control[d + REQUEST_ID]!] : ends;
  }

  #outcome(k: number): FrameOutcome {
    const d = HEADER_WORDS + k * FRAME_WORDS;
    const outOffset = this.control[d + OUT_OFFSET]!;
    const out = this.bytes.slice(outOffset, outOffset + this.control[d + OUT_LENGTH]!);
    const spans: Record<string, [number, number]> = {};
    for (const [name, start, end] of MEMBER_SPANS) {
      if (this.control[d + end] !== 0) {
        spans[name] = [this.control[d + start]!, this.control[d + end]!];
      }
    }
    return {
      verdict: this.control[d + VERDICT]!,
      out: Buffer.from(out).toString('latin1'),
      spans,
      found: this.#foundWords(d),
    };
  }
}

/** Runs one frame in a batch of its own. */
export function runFrame(kernel: Kernel, frame: FrameCase): FrameOutcome {
  return new FrameBatch([frame]).run(kernel)[0]!;
}

/** The text of each span of a frame that was given as text. */
export function spanTexts(text: string, outcome: FrameOutcome): Record<string, string> {
  const bytes = Buffer.from(text);
  return Object.fromEntries(
    Object.entries(outcome.spans).map(([name, [start, end]]) => [
      name,
      bytes.subarray(start, end).toString(),
    ]),
  );
}
