import type { FrameOwner } from './batch.js';
import { throwLater } from './throw-later.js';

/** Flows that a lane had no room for, in the order in which they found none. */
export class WaitingFlows {
  readonly #flows = new Set<FrameOwner>();
  /** The one that may take of the room there is, during wake(). */
  #woken: FrameOwner | null = null;
  #foundNone = false;

  /** Whether others were there before `flow`, whose turn it is not. */
  goBefore(flow: FrameOwner): boolean {
    return this.#flows.size > 0 && flow !== this.#woken;
  }

  add(flow: FrameOwner): void {
    if (flow === this.#woken) this.#foundNone = true;
    else this.#flows.add(flow);
  }

  /** There is room again: in their order, until one finds none, which stays the first. */
  wake(): void {
    if (this.#woken !== null) return;
    for (const flow of this.#flows) {
      if (!this.#pump(flow)) return;
      this.#flows.delete(flow);
    }
  }

  /** False when it found no room for all it has. */
  #pump(flow: FrameOwner): boolean {
    this.#woken = flow;
    this.#foundNone = false;
    try {
      flow.pump();
    } catch (error) {
      throwLater(error);
    }
    this.#woken = null;
    return !this.#foundNone;
  }
}
