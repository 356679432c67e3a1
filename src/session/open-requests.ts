import { ID_END, ID_START } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';

/** Of cancelled requests that were not answered; the oldest count as settled above this. */
const MAX_CANCELLED = 10_000;

/**
 * How many requests of a client wait for their answers. They are only counted, for nobody looks at ids in
 * mode session; but a cancelled request may be answered or not (MCP, specification 2025-06-18,
 * "Cancellation"), so the ids of these are kept until it is, or until nothing is open any more.
 */
export class OpenRequests {
  #sent = 0;
  #settled = 0;
  readonly #cancelled = new Set<string>();

  /** Answers are still to come, and not only those that need not come. */
  get any(): boolean {
    return this.#sent - this.#settled > this.#cancelled.size;
  }

  sent(): void {
    this.#sent++;
  }

  /** One will have no answer, or one that nobody gets. */
  settled(): void {
    this.#settled++;
    // Whatever was cancelled had been answered before.
    if (this.#settled >= this.#sent) this.#cancelled.clear();
  }

  /** Frame `index` is an answer to one. */
  answered(batch: Batch, index: number): void {
    if (this.#cancelled.size > 0) this.#cancelled.delete(idText(batch, index));
    this.settled();
  }

  /** The one with this id, as JSON text, need not be answered, unless it was already. */
  cancelled(id: string): void {
    if (this.#settled >= this.#sent) return;
    this.#cancelled.add(id);
    if (this.#cancelled.size <= MAX_CANCELLED) return;
    this.#cancelled.delete(this.#cancelled.values().next().value!);
    this.settled();
  }
}

/** The id of a frame as JSON text; '' where it has none. */
export function idText(batch: Batch, index: number): string {
  const bytes = batch.input(index).subarray(batch.word(index, ID_START), batch.word(index, ID_END));
  return Buffer.from(bytes).toString('utf8');
}
