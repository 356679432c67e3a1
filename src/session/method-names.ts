import { METHOD_END, METHOD_START } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';

const BACKSLASH = 0x5c;

/**
 * Recognizes the few methods that are treated in their own way. Most messages have
 * another length than all of these, and are passed over without a string.
 */
export class MethodNames {
  readonly #names: ReadonlySet<string>;
  readonly #lengths: ReadonlySet<number>;

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
    this.#lengths = new Set([...this.#names].map((name) => Buffer.byteLength(name)));
  }

  /** The method of frame `index` where it is one of the names, after unescaping; else null. */
  find(batch: Batch, index: number): string | null {
    const start = batch.word(index, METHOD_START);
    const end = batch.word(index, METHOD_END);
    const bytes = batch.input(index);
    if (!this.#lengths.has(end - start - 2) && !bytes.subarray(start, end).includes(BACKSLASH)) {
      return null;
    }
    const name = methodOf(bytes, start, end);
    return this.#names.has(name) ? name : null;
  }
}

/** The method whose JSON string is at [start, end). */
export function methodOf(frame: Uint8Array, start: number, end: number): string {
  return JSON.parse(Buffer.from(frame.subarray(start, end)).toString('utf8')) as string;
}
