import {
  ACTION_FROM_SERVER,
  ACTION_SPLIT,
  ACTION_TO_SERVER,
  actionOf,
  BAD_MESSAGE,
  FRAME_COUNT,
  FRAME_WORDS,
  HEADER_WORDS,
  IN_LENGTH,
  IN_OFFSET,
  INPUT_PADDING_BYTES,
  METHOD_START,
  OP,
  OUT_END,
  OUT_LIMIT,
  OUT_START,
  PARAMS_START,
  SPAN_A_END,
  SPAN_A_START,
  SPAN_B_END,
  SPAN_B_START,
  VERDICT,
} from '../batch-layout.js';
import { splitArray } from './array-splitter.js';
import { EnvelopeScanner } from './envelope.js';
import { FrameWriter } from './frame-writer.js';
import type { Kernel } from './kernel.js';
import { ParamsScanner, type Span } from './params-scanner.js';

/** The kernel in TypeScript: runs everywhere, and says what the native one must give. */
export class PortableKernel implements Kernel {
  readonly name = 'portable';
  readonly #envelope = new EnvelopeScanner();
  readonly #params = new ParamsScanner(this.#envelope.json);
  readonly #writer: FrameWriter;

  /** `ids`: the id store that all threads share; for TO_SERVER and FROM_SERVER. */
  constructor(ids: Uint8Array) {
    this.#writer = new FrameWriter(ids);
  }

  processBatch(control: Int32Array, bytes: Uint8Array): void {
    checkBatch(control, bytes);
    control[OUT_END] = control[OUT_START]!;
    const end = HEADER_WORDS + control[FRAME_COUNT]! * FRAME_WORDS;
    for (let frame = HEADER_WORDS; frame < end; frame += FRAME_WORDS) {
      this.processFrame(control, frame, bytes);
    }
  }

  plainView(shared: Uint8Array): Uint8Array {
    return shared;
  }

  trimHeap(): Promise<void> {
    return Promise.resolve();
  }

  /** Scans one frame and writes what goes out for it; `frame` is its descriptor's index. */
  processFrame(control: Int32Array, frame: number, bytes: Uint8Array): void {
    checkFrame(control, frame);
    const action = actionOf(control[frame + OP]!);
    if (action === ACTION_SPLIT) {
      splitArray(this.#envelope, this.#writer, control, frame, bytes);
      return;
    }
    const verdict = this.#envelope.scan(control, frame, bytes);
    let { reason } = this.#envelope;
    if (verdict > 0 && (action === ACTION_TO_SERVER || action === ACTION_FROM_SERVER)) {
      const checked = this.#scanParams(verdict, control, frame, bytes);
      if (checked < 0) ({ reason } = this.#params);
      control[frame + VERDICT] = checked;
    }
    // Of two clients' ids, a server might take the one that we have not written.
    if (verdict > 0 && action === ACTION_TO_SERVER && this.#envelope.lookalike !== '') {
      reason = this.#envelope.lookalike;
      control[frame + VERDICT] = BAD_MESSAGE;
    }
    this.#writer.write(control, frame, bytes, reason, this.#envelope.json.sawLineBreak);
  }

  #scanParams(verdict: number, control: Int32Array, frame: number, bytes: Uint8Array): number {
    const start = control[frame + IN_OFFSET]!;
    const span = (word: number): Span => ({
      start: start + control[frame + word]!,
      end: control[frame + word + 1] === 0 ? 0 : start + control[frame + word + 1]!,
    });
    const checked = this.#params.scan(verdict, bytes, span(METHOD_START), span(PARAMS_START));
    const { a, b } = this.#params;
    control[frame + SPAN_A_START] = a.start - start;
    control[frame + SPAN_A_END] = a.end === 0 ? 0 : a.end - start;
    control[frame + SPAN_B_START] = b.start - start;
    control[frame + SPAN_B_END] = b.end === 0 ? 0 : b.end - start;
    return checked;
  }
}

function checkBatch(control: Int32Array, bytes: Uint8Array): void {
  const count = control[FRAME_COUNT]!;
  const fits =
    count >= 0 &&
    HEADER_WORDS + count * FRAME_WORDS <= control.length &&
    control[OUT_START]! >= 0 &&
    control[OUT_START]! <= control[OUT_LIMIT]! &&
    control[OUT_LIMIT]! <= bytes.length;
  if (!fits) throw new RangeError('the batch header points outside the batch');
}

function checkFrame(control: Int32Array, frame: number): void {
  const start = control[frame + IN_OFFSET]!;
  const length = control[frame + IN_LENGTH]!;
  if (start < 0 || length < 0 || start + length + INPUT_PADDING_BYTES > control[OUT_START]!) {
    throw new RangeError('a frame lies outside the input region');
  }
}
