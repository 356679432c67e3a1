import assert from 'node:assert/strict';
import { createSplitter } from '../../src/framing/create-splitter.js';
import { type FrameMemory, OWN_MEMORY } from '../../src/framing/frame-assembly.js';
import type { FrameSplitter, Framing, SplitterEvents } from '../../src/framing/splitter.js';

export const LIMIT = 40;

/** Overwrites what is given back, and takes nothing back that it has not given. */
export class ReusedMemory implements FrameMemory {
  readonly #given = new Set<Uint8Array>();

  take(bytes: number): Uint8Array {
    const taken = new Uint8Array(bytes + 7).fill(0x3f);
    this.#given.add(taken);
    return taken;
  }

  giveBack(bytes: Uint8Array): void {
    assert.ok(this.#given.delete(bytes));
    bytes.fill(0x2a);
  }

  get isWhole(): boolean {
    return this.#given.size === 0;
  }
}

/** A splitter, and what it gives, in words. */
export class Splitting {
  readonly given: string[] = [];
  readonly splitter: FrameSplitter;
  readonly memory = new ReusedMemory();

  constructor(framing: Framing, limit: number, memory: FrameMemory | null = null) {
    const events: SplitterEvents = {
      oversize: (limitBytes) => this.given.push(`oversize ${limitBytes}`),
      noise: (line) => this.given.push(`noise ${Buffer.from(line).toString('latin1')}`),
    };
    this.splitter = createSplitter(framing, limit, events, memory ?? this.memory);
  }

  /** Takes one frame; false when there is none. */
  take(): boolean {
    const frame = this.splitter.next();
    if (frame !== null) this.#note(frame);
    return frame !== null;
  }

  /** Takes a run of frames, or its first one; false when there is none. */
  takeRun(isWhole: boolean): boolean {
    const run = this.splitter.nextRun!();
    if (run === null) return false;
    const end = isWhole ? run.end : run.first + 1;
    for (let i = run.first; i < end; i++) {
      this.#note(run.bytes.subarray(run.bounds[i], run.bounds[i + 1]! - 1));
    }
    this.splitter.shiftRun!(end - run.first);
    return true;
  }

  #note(frame: Uint8Array): void {
    this.given.push(`frame ${Buffer.from(frame).toString('latin1')}`);
  }
}

/** What a splitter gives for a stream that comes in these chunks. */
export function split(framing: Framing, chunks: readonly Uint8Array[], limit = LIMIT): string[] {
  const splitting = new Splitting(framing, limit, OWN_MEMORY);
  const { splitter, given } = splitting;
  for (const chunk of chunks) {
    splitter.push(chunk);
    while (splitting.take());
  }
  splitter.end();
  while (splitting.take());
  const inTurns = splitBorrowed(framing, chunks, limit, (turns, turn) => {
    for (let n = 0; n < turn % 3 && turns.take(); n++);
  });
  assert.deepEqual(given, inTurns);
  return given;
}

/**
 * The same where chunks are overwritten once `take` has taken what it wants, and memory is used
 * again.
 */
export function splitBorrowed(
  framing: Framing,
  chunks: readonly Uint8Array[],
  limit: number,
  take: (splitting: Splitting, turn: number) => void,
): string[] {
  const splitting = new Splitting(framing, limit);
  const { splitter, given, memory } = splitting;
  for (const [turn, chunk] of chunks.entries()) {
    const borrowed = new Uint8Array(chunk);
    splitter.push(borrowed);
    take(splitting, turn);
    splitter.keep(null);
    borrowed.fill(0x2a);
  }
  splitter.end();
  while (splitting.take());
  assert.ok(memory.isWhole, 'all memory was given back');
  return given;
}

/**
 * The same where up to `most` runs are taken at once, every second one in part, and frames between
 * them.
 */
export function splitInRuns(chunks: readonly Uint8Array[], limit: number, most: number): string[] {
  return splitBorrowed('ndjson', chunks, limit, (splitting) => {
    for (let n = 0; n < most; n++) {
      const hadRun = splitting.takeRun(n % 2 === 0);
      if (!(hadRun && n % 3 === 0) && !splitting.take() && !hadRun) return;
    }
  });
}

export function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const edges = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
}

/** Every cut in two, and each byte as a chunk, give what the whole gives. */
export function givesSameEverywhere(
  framing: Framing,
  stream: string,
  expected: readonly string[],
): void {
  const bytes = Buffer.from(stream, 'latin1');
  assert.deepEqual(split(framing, [bytes]), expected);
  for (let at = 0; at <= bytes.length; at++) {
    assert.deepEqual(
      split(framing, [bytes.subarray(0, at), bytes.subarray(at)]),
      expected,
      `cut at ${at}`,
    );
  }
  const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  assert.deepEqual(split(framing, single), expected);
}
