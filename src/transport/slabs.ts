import { SLAB_BYTES, SPARE_SLAB_BYTES } from '../limits.js';

/**
 * Memory for bytes that wait, in pieces of powers of two that are used again: what comes and
 * goes with every burst would otherwise keep the garbage collector busy, which marks the
 * whole heap for each 64 MiB of buffers. One pool for the main thread.
 */
class Slabs {
  readonly #spares = new Map<number, Uint8Array[]>();
  #spareBytes = 0;

  /** At least `bytes` long; what is in it is anything. */
  take(bytes: number): Uint8Array {
    let size = SLAB_BYTES;
    while (size < bytes) size *= 2;
    const spare = this.#spares.get(size)?.pop();
    if (spare === undefined) return Buffer.allocUnsafeSlow(size);
    this.#spareBytes -= size;
    return spare;
  }

  /** Nobody has a view of it any more that is used. */
  giveBack(slab: Uint8Array): void {
    if (this.#spareBytes + slab.length > SPARE_SLAB_BYTES) return;
    this.#spareBytes += slab.length;
    const spares = this.#spares.get(slab.length);
    if (spares === undefined) this.#spares.set(slab.length, [slab]);
    else spares.push(slab);
  }
}

export const slabs = new Slabs();
