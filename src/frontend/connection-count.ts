/** Counts connections, in all and from each address, against their limits. */
export class ConnectionCount {
  readonly #max: number;
  readonly #maxPerAddress: number;
  readonly #perAddress = new Map<string, number>();
  total = 0;

  /** `maxPerAddress`: 0 for no limit of its own. */
  constructor(max: number, maxPerAddress: number) {
    this.#max = max;
    this.#maxPerAddress = maxPerAddress;
  }

  /** Counts a connection from `address`; false when there is no room for it. */
  enter(address: string): boolean {
    const here = this.#perAddress.get(address) ?? 0;
    if (this.total >= this.#max || (this.#maxPerAddress > 0 && here >= this.#maxPerAddress)) {
      return false;
    }
    this.total++;
    this.#perAddress.set(address, here + 1);
    return true;
  }

  leave(address: string): void {
    this.total--;
    const here = this.#perAddress.get(address)! - 1;
    if (here === 0) this.#perAddress.delete(address);
    else this.#perAddress.set(address, here);
  }
}
