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
  readonly capacityBytes: number;
  /** Bytes of the frames in it, with their lengths. */
  bytes = 0;
  #slabs: Slab[] = [];

  constructor(capacityBytes: number) {
    this.capacityBytes = capacityBytes;
  }

  get empty(): boolean {
    return this.bytes === 0;
  }

  /**
   * Keeps a copy of the frame; false when it would go beyond the capacity. One that is
   * larger than the capacity is kept when it is alone.
   */
  push(frame: Uint8Array): boolean {
    const cost = frame.length + LENGTH_BYTES;
    if (!this.empty && this.bytes + cost > this.capacityBytes) return false;
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

  peek(): Uint8Array {
    const from = this.start + LENGTH_BYTES;
    return this.bytes.subarray(from, from + this.#words.getUint32(this.start, true));
  }

  /** Returns how many bytes the oldest frame took. */
  shift(): number {
    const cost = LENGTH_BYTES + this.#words.getUint32(this.start, true);
    this.start += cost;
    return cost;
  }
}
