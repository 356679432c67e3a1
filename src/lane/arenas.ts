import type { Kernel } from '../../workers/kernel/kernel.js';
import {
  ARENA_BYTES,
  ARENA_FRAMES,
  KEEP_ARENAS_MS,
  MAX_ALONE_BYTES,
  MAX_LANE_ARENAS,
  MAX_PINNED_ALONE_BYTES,
  MAX_PINNED_BATCHES,
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
  /** Given out and not come back, those for single frames aside. */
  #used = 0;
  /** Bytes of those for single frames that are given out and not pinned, and that are. */
  #aloneBytes = 0;
  #pinnedAloneBytes = 0;
  /** How many are pinned, of both kinds. */
  #pinned = 0;
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

  /**
   * An empty one for a single frame, with `roomBytes` for it and as many for what goes out; null
   * when those that are given out leave no room for it. One is always given out.
   */
  takeAlone(roomBytes: number): Batch | null {
    if (this.#aloneBytes > 0 && this.#aloneBytes + 2 * roomBytes > MAX_ALONE_BYTES) return null;
    const batch = this.#spareAlone(roomBytes) ?? this.#create(roomBytes, 1);
    this.#aloneBytes += batch.memory.byteLength;
    return batch;
  }

  /** Destinations that have to wait should be given a copy: what they hold already is too much. */
  mustCopy(batch: Batch): boolean {
    if (this.#pinned >= MAX_PINNED_BATCHES) return true;
    return batch.frameCapacity === 1 && this.#pinnedAloneBytes >= MAX_PINNED_ALONE_BYTES;
  }

  /** It is delivered, and destinations still write from it. */
  pin(batch: Batch): void {
    this.#pinned++;
    if (batch.frameCapacity > 1) return;
    this.#aloneBytes -= batch.memory.byteLength;
    this.#pinnedAloneBytes += batch.memory.byteLength;
  }

  /** These have written it: nobody needs its bytes any more. */
  unpin(batch: Batch): void {
    this.#pinned--;
    if (batch.frameCapacity === 1) this.#pinnedAloneBytes -= batch.memory.byteLength;
    this.#keep(batch);
  }

  /** It is delivered, and nobody needs its bytes any more. */
  giveBack(batch: Batch): void {
    if (batch.frameCapacity === 1) this.#aloneBytes -= batch.memory.byteLength;
    this.#keep(batch);
  }

  #spareAlone(roomBytes: number): Batch | null {
    if (roomBytes <= ARENA_BYTES) return null;
    const found = this.#large.findIndex(({ inputCapacity }) => inputCapacity >= roomBytes);
    if (found === -1) return null;
    const [spare] = this.#large.splice(found, 1);
    this.#fewestLarge = Math.min(this.#fewestLarge, this.#large.length);
    return spare!;
  }

  #keep(batch: Batch): void {
    batch.reset();
    if (batch.frameCapacity > 1) {
      this.#used--;
      this.#spares.push(batch);
    } else if (batch.inputCapacity > ARENA_BYTES && this.#large.length < MAX_SPARE_LARGE_ARENAS) {
      this.#large.push(batch);
    } else return;
    this.#timer ??= setInterval(this.#letGo, KEEP_ARENAS_MS).unref();
  }

  #create(bytes: number, frames: number): Batch {
    return new Batch(bytes, frames, (shared) => this.#kernel.plainView(shared));
  }

  readonly #letGo = (): void => {
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
