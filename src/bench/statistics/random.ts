/** A small seeded generator (mulberry32): the same seed gives the same load on every machine. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  /** A whole number of 32 bits, 0 to 2^32 - 1. */
  nextUint32(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  }

  /** A number from 0 (included) to 1 (excluded). */
  nextUnit(): number {
    return this.nextUint32() / 0x100000000;
  }

  /** A whole number from 0 to `bound` - 1. */
  nextBelow(bound: number): number {
    return Math.floor(this.nextUnit() * bound);
  }
}
