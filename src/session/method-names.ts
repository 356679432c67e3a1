import { BACKSLASH } from '../../workers/ascii.js';
import { IN_OFFSET, METHOD_END, METHOD_START } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { jsonValue } from './json-value.js';

interface Name {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/**
 * Recognizes the few methods that are treated in their own way. Looks at the bytes of every
 * method, so it makes neither strings nor views for those that are none of them.
 */
export class MethodNames {
  readonly #names: ReadonlySet<string>;
  /** The names with their bytes, by the length of these. */
  readonly #byLength: (readonly Name[] | undefined)[] = [];

  constructor(names: Iterable<string>) {
    this.#names = new Set(names);
    for (const name of this.#names) {
      const bytes = Buffer.from(name);
      const sameLength = this.#byLength[bytes.length] ?? [];
      this.#byLength[bytes.length] = [...sameLength, { name, bytes }];
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
        if (equals(bytes, start, candidate.bytes)) return candidate.name;
      }
    }
    for (let i = start; i < end; i++) {
      if (bytes[i] === BACKSLASH) return this.#unescaped(bytes, start, end);
    }
    return null;
  }

  #unescaped(bytes: Uint8Array, start: number, end: number): string | null {
    const name = jsonValue(bytes.subarray(start - 1, end + 1)) as string;
    return this.#names.has(name) ? name : null;
  }
}

function equals(bytes: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
  return true;
}
