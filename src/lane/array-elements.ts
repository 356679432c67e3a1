import { BOUND_BYTES } from '../../workers/batch-layout.js';
import type { FrameRun } from '../framing/frame-run.js';
import type { Batch } from './batch.js';

/**
 * Bytes of output that ACTION_SPLIT may need for an array of `length` bytes, when `most` elements
 * of it are wanted.
 */
export function boundsBytes(length: number, most: number): number {
  // An element takes two bytes at least, with its comma.
  return (Math.min(most, length >> 1) + 1) * BOUND_BYTES;
}

/**
 * The elements of a JSON array that are not accepted yet, with the white space around them; they
 * outlive the batch.
 */
export class ArrayElements implements FrameRun {
  readonly bytes: Uint8Array;
  readonly bounds: Int32Array;
  first = 0;
  readonly end: number;

  /** Frame `index` was processed with ACTION_SPLIT, and is an array with elements. */
  constructor(batch: Batch, index: number) {
    this.bytes = batch.input(index).slice();
    const words = batch.output(index);
    const view = new DataView(words.buffer, words.byteOffset, words.byteLength);
    this.end = words.length / BOUND_BYTES - 1;
    this.bounds = new Int32Array(this.end + 1);
    for (let i = 0; i <= this.end; i++) this.bounds[i] = view.getInt32(i * BOUND_BYTES, true);
  }

  /** The next one; a view. */
  peek(): Uint8Array {
    return this.bytes.subarray(this.bounds[this.first], this.bounds[this.first + 1]! - 1);
  }
}
