import { CR, LF, OPEN_BRACE, SPACE, TAB } from '../../workers/ascii.js';
import { Chunks } from './chunks.js';
import { FrameAssembly, type FrameMemory } from './frame-assembly.js';
import type { FrameRun } from './frame-run.js';
import type { FrameSplitter, SplitterEvents } from './splitter.js';

/** Lines that are given as a run: their number, and the length of each. */
const RUN_LINES = 128;
const RUN_LINE_BYTES = 16 * 1024;
const EMPTY = new Uint8Array(0);

/** One message a line. A line may end with CR LF; blank lines are skipped. */
export class NdjsonSplitter implements FrameSplitter {
  readonly #maxFrameBytes: number;
  readonly #events: SplitterEvents;
  readonly #chunks = new Chunks();
  /** Beginning of a line whose end has not come yet. */
  readonly #begun: FrameAssembly;
  /** The line that was given last is the one that was put together. */
  #wasBegun = false;
  /** True inside a line that is too long: everything up to its end is left out. */
  #skipping = false;
  #ended = false;
  /** Lines of the current chunk that have been found and not been given yet. */
  readonly #run = {
    bytes: EMPTY as Uint8Array,
    bounds: new Int32Array(RUN_LINES + 1),
    first: 0,
    end: 0,
  };

  constructor(maxFrameBytes: number, events: SplitterEvents, memory: FrameMemory) {
    this.#maxFrameBytes = maxFrameBytes;
    this.#begun = new FrameAssembly(memory);
    this.#events = events;
  }

  push(chunk: Uint8Array): void {
    this.#chunks.push(chunk);
  }

  keep(frame: Uint8Array | null): Uint8Array | null {
    this.#forgetRun();
    this.#chunks.keep();
    return frame === null || this.#wasBegun ? frame : new Uint8Array(frame);
  }

  end(): void {
    this.#ended = true;
  }

  next(): Uint8Array | null {
    for (;;) {
      const line = this.#nextLine();
      if (line === null) return null;
      if (!isBlank(line)) return line;
    }
  }

  nextRun(): FrameRun | null {
    this.#forgetLine();
    if (this.#begun.length > 0 || this.#skipping) return null;
    const run = this.#run;
    if (run.first === run.end) this.#findRun();
    return run.first < run.end ? run : null;
  }

  shiftRun(count: number): void {
    const run = this.#run;
    run.first += count;
    this.#chunks.at = run.bounds[run.first]!;
  }

  /**
   * Finds the next lines of the current chunk that need no second look: objects, without CR, and
   * not long.
   */
  #findRun(): void {
    const { bytes: chunk, at } = this.#chunks;
    const run = this.#run;
    const { bounds } = run;
    const longest = Math.min(this.#maxFrameBytes, RUN_LINE_BYTES);
    let start = at;
    let count = 0;
    bounds[0] = start;
    while (count < RUN_LINES && chunk[start] === OPEN_BRACE) {
      const lf = chunk.indexOf(LF, start);
      if (lf === -1 || lf - start > longest || chunk[lf - 1] === CR) break;
      start = lf + 1;
      bounds[++count] = start;
    }
    run.bytes = chunk;
    run.first = 0;
    run.end = count;
  }

  /** The line that was put together is used up. */
  #forgetLine(): void {
    if (!this.#wasBegun) return;
    this.#wasBegun = false;
    this.#begun.clear();
  }

  #forgetRun(): void {
    this.#run.end = this.#run.first;
    this.#run.bytes = EMPTY;
  }

  /** The next line, without its end. */
  #nextLine(): Uint8Array | null {
    this.#forgetRun();
    this.#forgetLine();
    const chunks = this.#chunks;
    for (;;) {
      const { bytes: chunk, at: start } = chunks;
      const lf = start < chunk.length ? chunk.indexOf(LF, start) : -1;
      if (lf !== -1) {
        chunks.at = lf + 1;
        const line = this.#join(chunk.subarray(start, lf));
        if (line !== null) return line;
        continue;
      }
      if (start < chunk.length) this.#keep(chunk.subarray(start));
      if (chunks.next()) continue;
      if (!this.#ended || (this.#begun.length === 0 && !this.#skipping)) return null;
      return this.#join(EMPTY);
    }
  }

  #keep(part: Uint8Array): void {
    if (this.#skipping) return;
    if (this.#begun.length + part.length <= this.#maxFrameBytes + 1) this.#begun.add(part);
    else this.#skip();
  }

  #skip(): void {
    this.#begun.clear();
    this.#skipping = true;
    this.#events.oversize(this.#maxFrameBytes);
  }

  /** The line that ends with `last`; null when it was too long. */
  #join(last: Uint8Array): Uint8Array | null {
    if (this.#skipping) {
      this.#skipping = false;
      return null;
    }
    let line = last;
    if (this.#begun.length > 0) {
      this.#begun.add(last);
      line = this.#begun.view;
      this.#wasBegun = true;
    }
    if (line.length > 0 && line[line.length - 1] === CR) line = line.subarray(0, -1);
    if (line.length <= this.#maxFrameBytes) return line;
    this.#forgetLine();
    this.#events.oversize(this.#maxFrameBytes);
    return null;
  }
}

function isBlank(line: Uint8Array): boolean {
  for (let i = 0; i < line.length; i++) {
    const c = line[i]!;
    if (c !== SPACE && c !== TAB && c !== CR) return false;
  }
  return true;
}
