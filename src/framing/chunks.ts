const EMPTY = new Uint8Array(0);

/** The chunks of a byte stream that a splitter has not used up; borrowed until it has. */
export class Chunks {
  /** The current one: what is left of it begins at `at`. */
  bytes: Uint8Array = EMPTY;
  at = 0;
  /** Those that wait behind it. */
  readonly #queue: Uint8Array[] = [];

  push(chunk: Uint8Array): void {
    if (this.at === this.bytes.length && this.#queue.length === 0) this.#begin(chunk);
    else this.#queue.push(chunk);
  }

  /** Goes on to the next chunk; false when there is none, and nothing is left. */
  next(): boolean {
    const following = this.#queue.shift();
    this.#begin(following ?? EMPTY);
    return following !== undefined;
  }

  /** The bytes of the last push() are about to change: what is left of them is copied. */
  keep(): void {
    // Bytes are used up in their order, so all others have been copied.
    const last = this.#queue.pop();
    if (last !== undefined) this.#queue.push(new Uint8Array(last));
    else if (this.at < this.bytes.length) this.#begin(new Uint8Array(this.bytes.subarray(this.at)));
  }

  #begin(chunk: Uint8Array): void {
    this.bytes = chunk;
    this.at = 0;
  }
}
