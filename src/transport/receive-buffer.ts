/**
 * Frames that have been received and wait, unparsed and in order, until their flow has
 * room: what the kernel's socket buffer is for a source that can be paused.
 * Bounded in bytes; each frame also counts a little for itself, so that many empty
 * ones are bounded too.
 */
export class ReceiveBuffer {
  readonly capacityBytes: number;
  #bytes = 0;
  #frames: Uint8Array[] = [];
  /** Index of the oldest frame; what is before it was shifted. */
  #head = 0;

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes;
  }

  get empty(): boolean {
    return this.#head === this.#frames.length;
  }

  /**
   * Keeps a copy of the frame; false when it would go beyond the capacity. One that is
   * larger than the capacity is kept when it is alone.
   */
  push(frame: Uint8Array): boolean {
    const cost = frame.length + FRAME_OVERHEAD_BYTES;
    if (!this.empty && this.#bytes + cost > this.capacityBytes) return false;
    this.#bytes += cost;
    this.#frames.push(frame.slice());
    return true;
  }

  /** The oldest frame; null when there is none. */
  peek(): Uint8Array | null {
    return this.#frames[this.#head] ?? null;
  }

  /** The oldest frame is not needed any more. */
  shift(): void {
    this.#bytes -= this.#frames[this.#head]!.length + FRAME_OVERHEAD_BYTES;
    this.#head++;
    if (this.#head === this.#frames.length) {
      this.#frames = [];
      this.#head = 0;
    } else if (this.#head >= COMPACT_AT) {
      this.#frames.splice(0, this.#head);
      this.#head = 0;
    }
  }

  /** Forgets everything. */
  clear(): void {
    this.#frames = [];
    this.#head = 0;
    this.#bytes = 0;
  }
}

/** What a frame costs beside its bytes: its view and its buffer. */
const FRAME_OVERHEAD_BYTES = 128;
/** Shifted slots that are given back in one go. */
const COMPACT_AT = 1024;
