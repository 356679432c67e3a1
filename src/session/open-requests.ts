import { LETTER_N } from '../../workers/ascii.js';
import { ID_END, ID_HASH, ID_START, IN_OFFSET } from '../../workers/batch-layout.js';
import { hashBytes, MAX_HASHED_ID_BYTES, plainIdHash } from '../../workers/id-hash.js';
import type { Batch } from '../lane/batch.js';
import { MAX_CANCELLED_REQUESTS } from '../limits.js';
import { HashBag } from './hash-bag.js';
import { idText } from './request-id.js';

/** Of ids longer than MAX_HASHED_ID_BYTES the end counts, as it is spelt. */
const HASHED_END_BYTES = 12;

/**
 * How many requests of a client wait for their answers. They are counted, and hashes of their ids
 * are kept, for nobody looks at ids in mode session; but a cancelled request may be answered or not
 * (MCP, specification 2025-06-18, "Cancellation"), so the ids of these are kept until it is, or
 * until nothing is open any more. A cancel may also cross the answer: whether the id is still open
 * say the hashes. They also tell what answers nothing: an error without an id, or with one that
 * nobody sent.
 */
export class OpenRequests {
  #sent = 0;
  #settled = 0;
  /** Of the ids of those that are open and not cancelled. */
  readonly #open = new HashBag();
  /** Those whose hashes it has no room for: an id that it does not know is one of these. */
  #unknown = 0;
  readonly #cancelled = new Set<string>();

  /** Answers are still to come, and not only those that need not come. */
  get any(): boolean {
    return this.#sent - this.#settled > this.#cancelled.size;
  }

  /** How many have been answered, or need no answer any more, so far. */
  get settledCount(): number {
    return this.#settled;
  }

  /** Frame `index` is one. */
  sent(batch: Batch, index: number): void {
    this.#sent++;
    if (!this.#open.add(hashOfFrame(batch, index))) this.#unknown++;
  }

  /** The one with this id, as JSON text, will have no answer, or one that nobody gets. */
  settled(id: string): void {
    if (this.#leave(hashOfText(id))) this.#settle();
  }

  /** Whether one with the id of frame `index` is open, and not cancelled. */
  has(batch: Batch, index: number): boolean {
    return this.#open.has(hashOfFrame(batch, index));
  }

  /** Frame `index` is an answer, to one of them or to nothing. */
  answered(batch: Batch, index: number): void {
    // Null has no hash from the kernel.
    if (batch.word(index, ID_HASH) === 0 && isNull(batch, index)) return;
    const wasCancelled = this.#cancelled.size > 0 && this.#cancelled.delete(idText(batch, index));
    if (wasCancelled || this.#leave(hashOfFrame(batch, index))) this.#settle();
  }

  /** The one with this id, as JSON text, need not be answered, unless it was already. */
  cancelled(id: string): void {
    if (this.#settled >= this.#sent || !this.#leave(hashOfText(id))) return;
    this.#cancelled.add(id);
    if (this.#cancelled.size <= MAX_CANCELLED_REQUESTS) return;
    this.#cancelled.delete(this.#cancelled.values().next().value!);
    this.#settle();
  }

  /** False where none with this hash is open. */
  #leave(hash: number): boolean {
    if (this.#open.delete(hash)) return true;
    if (this.#unknown === 0) return false;
    this.#unknown--;
    return true;
  }

  #settle(): void {
    this.#settled++;
    // Whatever was cancelled had been answered before.
    if (this.#settled >= this.#sent) this.#cancelled.clear();
  }
}

function isNull(batch: Batch, index: number): boolean {
  return batch.bytes[batch.word(index, IN_OFFSET) + batch.word(index, ID_START)] === LETTER_N;
}

function hashOfFrame(batch: Batch, index: number): number {
  const hash = batch.word(index, ID_HASH);
  if (hash !== 0) return hash;
  const start = batch.word(index, IN_OFFSET);
  return hashOf(
    batch.bytes,
    start + batch.word(index, ID_START),
    start + batch.word(index, ID_END),
  );
}

function hashOfText(id: string): number {
  const bytes = Buffer.from(id);
  return hashOf(bytes, 0, bytes.length);
}

/** The same for all spellings of an id: a server that parses it may return `1` for `1.0`. */
function hashOf(bytes: Uint8Array, start: number, end: number): number {
  if (end - start > MAX_HASHED_ID_BYTES) return hashBytes(bytes, end - HASHED_END_BYTES, end);
  const plain = plainIdHash(bytes, start, end);
  if (plain !== 0) return plain;
  const value: unknown = JSON.parse(Buffer.from(bytes.subarray(start, end)).toString('utf8'));
  const usual = Buffer.from(JSON.stringify(value));
  return hashBytes(usual, 0, usual.length);
}
