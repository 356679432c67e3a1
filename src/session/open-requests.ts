import { ID_END, ID_START, IN_OFFSET } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { MAX_CANCELLED_REQUESTS } from '../limits.js';

/** A power of two: the fewer, the more often a late cancel is taken for one of an open request. */
const COUNTERS = 64;
const HASHED_BYTES = 12;

/**
 * How many requests of a client wait for their answers. They are only counted, for nobody looks at ids in
 * mode session; but a cancelled request may be answered or not (MCP, specification 2025-06-18,
 * "Cancellation"), so the ids of these are kept until it is, or until nothing is open any more. A cancel may
 * also cross the answer: whether the id is still open say counters, one for all ids of one hash.
 */
export class OpenRequests {
  #sent = 0;
  #settled = 0;
  /** Open and not cancelled, by slotOf(); null before the first: idle clients are many. */
  #open: Int32Array | null = null;
  readonly #cancelled = new Set<string>();

  /** Answers are still to come, and not only those that need not come. */
  get any(): boolean {
    return this.#sent - this.#settled > this.#cancelled.size;
  }

  /** Frame `index` is one. */
  sent(batch: Batch, index: number): void {
    this.#sent++;
    this.#open ??= new Int32Array(COUNTERS);
    this.#open[slotOfFrame(batch, index)]!++;
  }

  /** The one with this id, as JSON text, will have no answer, or one that nobody gets. */
  settled(id: string): void {
    this.#leave(slotOfText(id));
    this.#settle();
  }

  /** Frame `index` is an answer to one. */
  answered(batch: Batch, index: number): void {
    const wasCancelled = this.#cancelled.size > 0 && this.#cancelled.delete(idText(batch, index));
    if (!wasCancelled) this.#leave(slotOfFrame(batch, index));
    this.#settle();
  }

  /** The one with this id, as JSON text, need not be answered, unless it was already. */
  cancelled(id: string): void {
    if (this.#settled >= this.#sent || !this.#leave(slotOfText(id))) return;
    this.#cancelled.add(id);
    if (this.#cancelled.size <= MAX_CANCELLED_REQUESTS) return;
    this.#cancelled.delete(this.#cancelled.values().next().value!);
    this.#settle();
  }

  #settle(): void {
    this.#settled++;
    // Whatever was cancelled had been answered before.
    if (this.#settled >= this.#sent) this.#cancelled.clear();
  }

  /** False where none was there: an answer may spell its id in another way. */
  #leave(slot: number): boolean {
    const open = this.#open;
    if (open === null || open[slot] === 0) return false;
    open[slot]!--;
    return true;
  }
}

function slotOfFrame(batch: Batch, index: number): number {
  const start = batch.word(index, IN_OFFSET);
  return slotOf(
    batch.bytes,
    start + batch.word(index, ID_START),
    start + batch.word(index, ID_END),
  );
}

function slotOfText(id: string): number {
  const bytes = Buffer.from(id);
  return slotOf(bytes, 0, bytes.length);
}

function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0;
  for (let i = Math.max(start, end - HASHED_BYTES); i < end; i++) {
    hash = (hash * 31 + bytes[i]!) | 0;
  }
  return hash & (COUNTERS - 1);
}

/** The id of a frame as JSON text; '' where it has none. */
export function idText(batch: Batch, index: number): string {
  const bytes = batch.input(index).subarray(batch.word(index, ID_START), batch.word(index, ID_END));
  return Buffer.from(bytes).toString('utf8');
}
