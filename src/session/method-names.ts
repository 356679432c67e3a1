import { IN_OFFSET, METHOD_END, METHOD_START } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { jsonValue } from './json-value.js';

const BACKSLASH = 0x5c;

/**
 * Recognizes the few methods that are treated in their own way. Looks at the bytes of every
 * method, so it makes neither strings nor views for those that are none of them.
 */
export class MethodNames {
  readonly #names: ReadonlySet<string>;
  /** The names' bytes, by their length. */
  readonly #byLength: (readonly Uint8Array[] | undefined)[] = [];

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
    for (const name of this.#names) {
      const bytes = Buffer.from(name);
      this.#byLength[bytes.length] = [...(this.#byLength[bytes.length] ?? []), bytes];
    }
  }

  /** The method of frame `index` where it is one of the names, after unescaping; else null. */
  find(batch: Batch, index: number): string | null {
    const { bytes } = batch;
    const start = batch.word(index, IN_OFFSET) + batch.word(index, METHOD_START) + 1;
    const end = batch.word(index, IN_OFFSET) + batch.word(index, METHOD_END) - 1;
    const candidates = this.#byLength[end - start];
    if (candidates !== undefined) {
      for (const candidate of candidates) {
        if (equals(bytes, start, candidate)) return Buffer.from(candidate).toString('utf8');
      }
    }
    for (let i = start; i < end; i++) {
      if (bytes[i] === BACKSLASH) return this.#unescaped(bytes, start, end);
    }
    return null;
  }

  #unescaped(bytes: Uint8Array, start: number, end: number): string | null {
    const name = methodOf(bytes, start - 1, end + 1);
    return this.#names.has(name) ? name : null;
  }
}

function equals(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}

/** The method whose JSON string is at [start, end). */
export function methodOf(frame: Uint8Array, start: number, end: number): string {
  return jsonValue(frame.subarray(start, end)) as string;
}
