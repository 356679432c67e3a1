const EMPTY = new Uint8Array(0);
/** Less than this needs no memory of its own kind. */
const LITTLE_BYTES = 16 * 1024;

/** Where the memory of frames that come in pieces is from. */
export interface FrameMemory {
  /** At least so many bytes. */
  take(bytes: number): Uint8Array;
  /** Nobody uses it, or a view of it, any more. */
  giveBack(bytes: Uint8Array): void;
}

/** Memory that is the frame's own, and stays so as long as somebody has the frame. */
export const OWN_MEMORY: FrameMemory = {
  take: (bytes) => new Uint8Array(bytes),
  giveBack: () => undefined,
};

/** Puts a frame together whose pieces lie in several chunks. */
export class FrameAssembly {
  /** Bytes that it has so far. */
  length = 0;
  readonly #memory: FrameMemory;
  #bytes: Uint8Array = EMPTY;
  #isBorrowed = false;

  constructor(memory: FrameMemory) {
    this.#memory = memory;
  }

  /** Copies a piece behind those that are there. */
  add(piece: Uint8Array): void {
    const end = this.length + piece.length;
    if (end > this.#bytes.length) this.#grow(end);
    this.#bytes.set(piece, this.length);
    this.length = end;
  }

  /** What it has; a view that is valid until clear(). */
  get view(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  /** Makes it empty. */
  clear(): void {
    if (this.#isBorrowed) this.#memory.giveBack(this.#bytes);
    this.#isBorrowed = false;
    this.#bytes = EMPTY;
    this.length = 0;
  }

  #grow(bytes: number): void {
    // Doubled, so that a frame in many pieces is not copied for each of them.
    const wanted = Math.max(bytes, 2 * this.#bytes.length);
    const isLittle = wanted < LITTLE_BYTES;
    const grown = isLittle ? new Uint8Array(wanted) : this.#memory.take(wanted);
    grown.set(this.view);
    if (this.#isBorrowed) this.#memory.giveBack(this.#bytes);
    this.#isBorrowed = !isLittle;
    this.#bytes = grown;
  }
}
