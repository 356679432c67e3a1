import {
  FRAME_COUNT,
  FRAME_WORDS,
  HEADER_WORDS,
  IN_LENGTH,
  IN_OFFSET,
  INPUT_PADDING_BYTES,
  OUT_END,
  OUT_LIMIT,
  OUT_START,
} from '../batch-layout.js';
import { EnvelopeScanner } from './envelope.js';
import { FrameWriter } from './frame-writer.js';
import type { Kernel } from './kernel.js';

/** The kernel in TypeScript: runs everywhere, and says what the native one must give. */
export class PortableKernel implements Kernel {
  readonly name = 'portable';
  readonly #envelope = new EnvelopeScanner();
  readonly #writer = new FrameWriter();

  processBatch(control: Int32Array, bytes: Uint8Array): void {
    checkBatch(control, bytes);
    control[OUT_END] = control[OUT_START]!;
    const end = HEADER_WORDS + control[FRAME_COUNT]! * FRAME_WORDS;
    for (let frame = HEADER_WORDS; frame < end; frame += FRAME_WORDS) {
      this.processFrame(control, frame, bytes);
    }
  }

  /** Scans one frame and writes what goes out for it; `frame` is its descriptor's index. */
  processFrame(control: Int32Array, frame: number, bytes: Uint8Array): void {
    checkFrame(control, frame);
    this.#envelope.scan(control, frame, bytes);
    const { reason, json } = this.#envelope;
    this.#writer.write(control, frame, bytes, reason, json.sawLineBreak);
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
