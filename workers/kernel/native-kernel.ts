import { FRAME_COUNT, FRAME_WORDS, HEADER_WORDS, UNDECIDED, VERDICT } from '../batch-layout.js';
import type { Kernel } from './kernel.js';
import type { NativeAddon } from './native-addon.js';
import { PortableKernel } from './portable-kernel.js';

/**
 * The kernel in C++, with the portable one behind it. The addon decides the frames that
 * are plainly good, which in practice is nearly all. Whatever it is not sure of (bad
 * frames, escapes in member names, refusals) it leaves to the portable kernel, which also
 * words the errors; so both kernels give the same bytes for every frame, and only the order
 * of the outputs in the output region differs: those of the portable kernel come last.
 */
export class NativeKernel implements Kernel {
  readonly name = 'native';
  readonly #addon: NativeAddon;
  readonly #ids: Uint8Array;
  readonly #portable: PortableKernel;

  /** `ids`: the id store (id-store.ts) that all threads share. */
  constructor(addon: NativeAddon, ids: Uint8Array) {
    this.#addon = addon;
    this.#ids = ids;
    this.#portable = new PortableKernel(ids);
  }

  processBatch(control: Int32Array, bytes: Uint8Array): void {
    const undecided = this.#addon.processBatch(control, bytes, this.#ids);
    if (undecided > 0) this.#processUndecided(control, bytes, undecided);
  }

  plainView(shared: Uint8Array): Uint8Array {
    return this.#addon.plainView(shared);
  }

  trimHeap(): Promise<void> {
    return this.#addon.trimHeap();
  }

  #processUndecided(control: Int32Array, bytes: Uint8Array, undecided: number): void {
    const end = HEADER_WORDS + control[FRAME_COUNT]! * FRAME_WORDS;
    let left = undecided;
    for (let frame = HEADER_WORDS; left > 0 && frame < end; frame += FRAME_WORDS) {
      if (control[frame + VERDICT] !== UNDECIDED) continue;
      this.#portable.processFrame(control, frame, bytes);
      left--;
    }
  }
}
