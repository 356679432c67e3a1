/** How many times a second something is logged; the rest is only counted. */
export class LogRate {
  readonly #perSecond: number;
  #second = -1;
  #inSecond = 0;
  #heldBack = 0;

  constructor(perSecond: number) {
    this.#perSecond = perSecond;
  }

  /** True when one more may be logged; else it is counted as held back. */
  allows(): boolean {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#inSecond = 0;
    }
    if (++this.#inSecond <= this.#perSecond) return true;
    this.#heldBack++;
    return false;
  }

  /** How many were held back since the last call. */
  takeHeldBack(): number {
    const heldBack = this.#heldBack;
    this.#heldBack = 0;
    return heldBack;
  }
}
