import { slabs } from './slabs.js';

/** Before each frame stands its length, 32 bits, little-endian. */
const LENGTH_BYTES = 4;

/**
 * Frames that have been received and wait, unparsed and in order, until their flow has
 * room: what the kernel's socket buffer is for a source that can be paused. Bounded in
 * bytes.
 *
 *      shift <- [ length frame length frame ... ] [ slab ] [ slab ... ] <- push
 */
export class ReceiveBuffer {
  readonly #capacityBytes: number;
  /** Bytes of the frames in it, with their lengths. */
  bytes = 0;
  #slabs: Slab[] = [];

  constructor(capacityBytes: number) {
    this.#capacityBytes = capacityBytes;
  }

  get empty(): boolean {
    return this.bytes === 0;
  }

  /**
   * Keeps a copy of the frame; false when it would go beyond the capacity. The oldest one does not
   * count: it may be large, and what the same read has brought behind it has to be kept.
   */
  push(frame: Uint8Array): boolean {
    const cost = frame.length + LENGTH_BYTES;
    if (!this.empty && this.bytes - this.#slabs[0]!.oldestCost + cost > this.#capacityBytes)
      return false;
    this.bytes += cost;
    let last = this.#slabs.at(-1);
    if (last === undefined || last.bytes.length - last.end < cost) {
      last = new Slab(slabs.take(cost));
      this.#slabs.push(last);
    }
    last.push(frame);
    return true;
  }

  /** The oldest frame, until shift(); null when there is none. */
  peek(): Uint8Array | null {
    return this.empty ? null : this.#slabs[0]!.peek();
  }

  /** The oldest frame is not needed any more. */
  shift(): void {
    const first = this.#slabs[0]!;
    this.bytes -= first.shift();
    if (first.start < first.end) return;
    this.#slabs.shift();
    slabs.giveBack(first.bytes);
  }

  /** Forgets everything. */
  clear(): void {
    for (const { bytes } of this.#slabs) slabs.giveBack(bytes);
    this.#slabs = [];
    this.bytes = 0;
  }
}

/** Frames [start, end) of a slab, each behind its length. */
class Slab {
  readonly bytes: Uint8Array;
  readonly #words: DataView;
  start = 0;
  end = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#words = new DataView(bytes.buffer, bytes.byteOffset);
  }

  push(frame: Uint8Array): void {
    this.#words.setUint32(this.end, frame.length, true);
    this.bytes.set(frame, this.end + LENGTH_BYTES);
    this.end += LENGTH_BYTES + frame.length;
  }

  /** Bytes that the oldest frame takes. */
  get oldestCost(): number {
    return LENGTH_BYTES + this.#words.getUint32(this.start, true);
  }

  peek(): Uint8Array {
    return this.bytes.subarray(this.start + LENGTH_BYTES, this.start + this.oldestCost);
  }

  /** Returns how many bytes the oldest frame took. */
  shift(): number {
    const cost = this.oldestCost;
    this.start += cost;
    return cost;
  }
}
