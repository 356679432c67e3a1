import { randomInt } from 'node:crypto';
import { MAX_OPEN_HASHES } from '../limits.js';

const FIRST_BITS = 5;
/** A table up to this size is kept: as many requests come and go again and again. */
const KEPT_BITS = 12;
/** Odd, and nobody else's to know: clients choose what is hashed. */
const SPREAD = randomInt(2 ** 31) * 2 + 1;

/**
 * Hashes of 32 bits that are there, and how often each was added: an open table with linear
 * probing, 16 to 128 bytes for each. It makes nothing for a hash that comes and goes.
 */
export class HashBag {
  /** At most half of the slots are taken; null before the first hash: idle clients are many. */
  #hashes: Int32Array | null = null;
  /** 0: the slot is empty. */
  #counts = new Int32Array(0);
  #bits = FIRST_BITS;
  /** Different ones. */
  #size = 0;

  /** Adds a hash; false where it is new and there are MAX_OPEN_HASHES. */
  add(hash: number): boolean {
    this.#hashes ??= this.#allocate(FIRST_BITS);
    let at = this.#find(hash);
    if (this.#counts[at] === 0) {
      if (this.#size >= MAX_OPEN_HASHES) return false;
      if (2 * (this.#size + 1) > this.#counts.length) {
        this.#resize(this.#bits + 1);
        at = this.#find(hash);
      }
      this.#hashes[at] = hash;
      this.#size++;
    }
    this.#counts[at]!++;
    return true;
  }

  has(hash: number): boolean {
    return this.#hashes !== null && this.#counts[this.#find(hash)] !== 0;
  }

  /** Takes a hash out once; false where it is not there. */
  delete(hash: number): boolean {
    if (this.#hashes === null) return false;
    const at = this.#find(hash);
    if (this.#counts[at] === 0) return false;
    this.#counts[at]!--;
    if (this.#counts[at] !== 0) return true;
    this.#closeGap(at);
    this.#size--;
    if (this.#bits > KEPT_BITS && 16 * this.#size < this.#counts.length)
      this.#resize(this.#bits - 1);
    return true;
  }

  /** The slot that has the hash, or the empty one where it belongs. */
  #find(hash: number): number {
    const hashes = this.#hashes!;
    const counts = this.#counts;
    const mask = counts.length - 1;
    let at = this.#home(hash);
    while (counts[at] !== 0 && hashes[at] !== hash) at = (at + 1) & mask;
    return at;
  }

  #home(hash: number): number {
    // The upper bits are the ones that every bit of the hash has a part in.
    return Math.imul(hash, SPREAD) >>> (32 - this.#bits);
  }

  /** Moves up what was only put behind the slot at `at` because that was taken. */
  #closeGap(at: number): void {
    const hashes = this.#hashes!;
    const counts = this.#counts;
    const mask = counts.length - 1;
    let gap = at;
    for (let next = (gap + 1) & mask; counts[next] !== 0; next = (next + 1) & mask) {
      const distance = (next - this.#home(hashes[next]!)) & mask;
      if (distance < ((next - gap) & mask)) continue;
      hashes[gap] = hashes[next]!;
      counts[gap] = counts[next]!;
      gap = next;
    }
    counts[gap] = 0;
  }

  #allocate(bits: number): Int32Array {
    this.#bits = bits;
    this.#counts = new Int32Array(2 ** bits);
    return new Int32Array(2 ** bits);
  }

  #resize(bits: number): void {
    const hashes = this.#hashes!;
    const counts = this.#counts;
    this.#hashes = this.#allocate(bits);
    for (let slot = 0; slot < counts.length; slot++) {
      if (counts[slot] === 0) continue;
      const at = this.#find(hashes[slot]!);
      this.#hashes[at] = hashes[slot]!;
      this.#counts[at] = counts[slot]!;
    }
  }
}
