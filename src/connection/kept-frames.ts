import type { FrameRun } from '../framing/frame-run.js';
import { Flow, type FlowOptions } from '../lane/flow.js';

/**
 * What came in and is in the lane, in order: a frame, or why bytes between frames were left out.
 */
type Kept = Uint8Array | string;

/** Frames whose messages are still being looked at: a FIFO of at most a ring of them. */
export class KeptFrames {
  #kept: Kept[] = [];

  push(kept: Kept): void {
    this.#kept.push(kept);
  }

  /** The oldest frame. The lane has it, so it is there. */
  shiftFrame(): Uint8Array {
    return this.#kept.shift() as Uint8Array;
  }

  /** Why bytes before the oldest frame were left out; null when none were. */
  shiftLeftOut(): string | null {
    return typeof this.#kept[0] === 'string' ? (this.#kept.shift() as string) : null;
  }
}

/**
 * A flow that keeps its frames: the lane only looks at a copy, and the message is made of the
 * frame itself. Where the source gives views on memory of its own, that saves a second copy.
 */
export class KeepingFlow extends Flow {
  readonly #kept: KeptFrames;
  readonly #copies: boolean;

  /** `copies`: the source's frames end with accept(). */
  constructor(kept: KeptFrames, copies: boolean, options: FlowOptions) {
    super(options);
    this.#kept = kept;
    this.#copies = copies;
  }

  override accept(frame: Uint8Array): boolean {
    if (!super.accept(frame)) return false;
    this.#keep(frame);
    return true;
  }

  override acceptRun(run: FrameRun, most: number): number {
    const count = super.acceptRun(run, most);
    const { bytes, bounds, first } = run;
    for (let i = first; i < first + count; i++) {
      this.#keep(bytes.subarray(bounds[i], bounds[i + 1]! - 1));
    }
    return count;
  }

  #keep(frame: Uint8Array): void {
    this.#kept.push(this.#copies ? new Uint8Array(frame) : frame);
  }
}
