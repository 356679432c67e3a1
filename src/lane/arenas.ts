import type { Kernel } from '../../workers/kernel/kernel.js';
import {
  ARENA_BYTES,
  ARENA_FRAMES,
  KEEP_ARENAS_MS,
  MAX_LANE_ARENAS,
  MAX_SPARE_LARGE_ARENAS,
} from '../limits.js';
import { Batch } from './batch.js';

/**
 * The arenas of one lane. Those that come back are given out again: memory that is new has to
 * be cleared page by page, which takes longer than copying into it. What has not been needed
 * for a while is let go, so that memory follows the load, up and down.
 */
export class Arenas {
  readonly #spares: Batch[] = [];
  readonly #large: Batch[] = [];
  /** The fewest of each that were spare since the last look: so many are too many. */
  #fewestSpares = 0;
  #fewestLarge = 0;
  /** Given out and not come back, those for large frames aside. */
  #used = 0;
  #timer: NodeJS.Timeout | null = null;

  readonly #kernel: Kernel;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** An empty one; null when the lane has as many as it may have. */
  take(): Batch | null {
    if (this.#used === MAX_LANE_ARENAS) return null;
    this.#used++;
    const spare = this.#spares.pop();
    this.#fewestSpares = Math.min(this.#fewestSpares, this.#spares.length);
    return spare ?? this.#create(ARENA_BYTES, ARENA_FRAMES);
  }

  /** An empty one for a single frame, with `roomBytes` for it and for what goes out. */
  takeAlone(roomBytes: number): Batch {
    if (roomBytes <= ARENA_BYTES) return this.#create(roomBytes, 1);
    const found = this.#large.findIndex(({ inputCapacity }) => inputCapacity >= roomBytes);
    if (found === -1) return this.#create(roomBytes, 1);
    const [spare] = this.#large.splice(found, 1);
    this.#fewestLarge = Math.min(this.#fewestLarge, this.#large.length);
    return spare!;
  }

  /** Nobody needs its bytes any more. */
  giveBack(batch: Batch): void {
    batch.reset();
    if (batch.frameCapacity > 1) {
      this.#used--;
      this.#spares.push(batch);
    } else if (batch.inputCapacity > ARENA_BYTES && this.#large.length < MAX_SPARE_LARGE_ARENAS) {
      this.#large.push(batch);
    } else return;
    this.#timer ??= setInterval(this.#look, KEEP_ARENAS_MS).unref();
  }

  #create(bytes: number, frames: number): Batch {
    return new Batch(bytes, frames, (shared) => this.#kernel.plainView(shared));
  }

  readonly #look = (): void => {
    // One stays: a quiet lane needs it for each of its batches.
    this.#spares.splice(0, Math.min(this.#fewestSpares, this.#spares.length - 1));
    this.#large.splice(0, this.#fewestLarge);
    this.#fewestSpares = this.#spares.length;
    this.#fewestLarge = this.#large.length;
    if (this.#spares.length > 1 || this.#large.length > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
  };
}
