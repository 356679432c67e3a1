import type { ArrayReply } from './array-replies.js';

/** What is remembered of a watched request. */
export interface WatchedRequest {
  /** Its id as JSON text. */
  readonly id: string;
  /** The array that it was an element of. */
  readonly array: ArrayReply | null;
  /** Milliseconds (Date.now) at which it was sent. */
  readonly sentAtMs: number;
}

/** Ids whose late replies are still to be dropped; the oldest are forgotten above this. */
const MAX_LATE_IDS = 10_000;

/**
 * In session mode ids pass unchanged and nobody looks at them, except where a reply has to be
 * caught: that of an element of an array, or one that may come too late. Requests are
 * known by the text of their ids; of two with the same id the older one is answered first.
 */
export class RequestWatch {
  readonly #byId = new Map<string, WatchedRequest[]>();
  readonly #late = new Set<string>();

  /** True while a reply may have to be caught. */
  get active(): boolean {
    return this.#byId.size > 0 || this.#late.size > 0;
  }

  add(request: WatchedRequest): void {
    const same = this.#byId.get(request.id);
    if (same === undefined) this.#byId.set(request.id, [request]);
    else same.push(request);
  }

  /** Takes the request that a reply with this id answers; 'late' when it was given up before. */
  settle(id: string): WatchedRequest | 'late' | null {
    const request = this.#byId.get(id)?.[0];
    if (request === undefined) return this.#late.delete(id) ? 'late' : null;
    this.#remove(request);
    return request;
  }

  /** Gives up what was sent before `sentBeforeMs`; its replies are late from now on. */
  expire(sentBeforeMs: number): WatchedRequest[] {
    const expired = [...this.#byId.values()]
      .flat()
      .filter(({ sentAtMs }) => sentAtMs <= sentBeforeMs);
    for (const request of expired) {
      this.#remove(request);
      this.#late.add(request.id);
      if (this.#late.size > MAX_LATE_IDS) this.#late.delete(this.#late.values().next().value!);
    }
    return expired;
  }

  /** The oldest request's time; null when there is none. */
  get oldestMs(): number | null {
    // Insertion order is time order, but for ids that are used again.
    for (const [first] of this.#byId.values()) return first!.sentAtMs;
    return null;
  }

  #remove(request: WatchedRequest): void {
    const same = this.#byId.get(request.id)!;
    if (same.length === 1) this.#byId.delete(request.id);
    else same.splice(same.indexOf(request), 1);
  }
}
