import { MAX_OPEN_HASHES } from '../limits.js';

const FIRST_SLOTS = 16;
/** A slot is empty. No hash has this value. */
const EMPTY = 0;
/** 2^32 divided by the golden ratio: spreads what differs in its last bits only. */
const SPREAD = 0x9e3779b1;

/**
 * Hashes of 32 bits that are there, each as often as it was added: an open table with linear
 * probing, 8 to 16 bytes for each of them. It makes nothing for a hash that comes and goes.
 */
export class HashBag {
  /** At most half full; null before the first hash: idle clients are many. */
  #slots: Int32Array | null = null;
  #size = 0;

  /** Adds a hash; nothing when there are MAX_OPEN_HASHES. */
  add(hash: number): void {
    if (this.#size >= MAX_OPEN_HASHES) return;
    this.#slots ??= new Int32Array(FIRST_SLOTS);
    if (2 * (this.#size + 1) > this.#slots.length) this.#resize(2 * this.#slots.length);
    this.#put(this.#slots, hash);
    this.#size++;
  }

  /** Takes a hash out once; false where it is not there. */
  delete(hash: number): boolean {
    const slots = this.#slots;
    if (slots === null) return false;
    const mask = slots.length - 1;
    const wanted = hash === EMPTY ? 1 : hash;
    let at = home(wanted, mask);
    while (slots[at] !== wanted) {
      if (slots[at] === EMPTY) return false;
      at = (at + 1) & mask;
    }
    this.#closeGap(slots, at);
    this.#size--;
    if (slots.length > FIRST_SLOTS && 8 * this.#size < slots.length) this.#resize(slots.length / 2);
    return true;
  }

  #put(slots: Int32Array, hash: number): void {
    const mask = slots.length - 1;
    const value = hash === EMPTY ? 1 : hash;
    let at = home(value, mask);
    while (slots[at] !== EMPTY) at = (at + 1) & mask;
    slots[at] = value;
  }

  /** Moves up what was only put behind the slot at `at` because that was taken. */
  #closeGap(slots: Int32Array, at: number): void {
    const mask = slots.length - 1;
    let gap = at;
    for (let next = (gap + 1) & mask; slots[next] !== EMPTY; next = (next + 1) & mask) {
      const distance = (next - home(slots[next]!, mask)) & mask;
      if (distance < ((next - gap) & mask)) continue;
      slots[gap] = slots[next]!;
      gap = next;
    }
    slots[gap] = EMPTY;
  }

  #resize(length: number): void {
    const slots = new Int32Array(length);
    for (const hash of this.#slots!) if (hash !== EMPTY) this.#put(slots, hash);
    this.#slots = slots;
  }
}

function home(hash: number, mask: number): number {
  // The upper bits are the ones that every bit of the hash has a part in.
  return (Math.imul(hash, SPREAD) >>> 8) & mask;
}
