import { MAX_LATE_IDS } from '../limits.js';
import type { ArrayReply } from './array-replies.js';

/** What is remembered of a watched request. */
export interface WatchedRequest {
  /** Its id as JSON text. */
  readonly id: string;
  /** The array that it was an element of. */
  readonly array: ArrayReply | null;
  /** When it was sent, in milliseconds of a clock that is never set. */
  readonly sentAtMs: number;
  /** The server has been told that nobody wants its answer. */
  cancelled: boolean;
}

/**
 * In session mode ids pass unchanged and nobody looks at them, except where a reply has to be
 * caught: that of an element of an array, or one that may come too late. Requests are
 * known by their ids; of two with the same id the older one is answered first. A server may
 * spell the id that it returns in its own way: `1.0` comes back as `1`.
 */
export class RequestWatch {
  readonly #byId = new Map<string, WatchedRequest[]>();
  /** All of them, in the order in which they were sent. */
  readonly #inOrder = new Set<WatchedRequest>();
  /** How many late replies each id may still have. */
  readonly #late = new Map<string, number>();

  /** True while a reply may have to be caught. */
  get active(): boolean {
    return this.#inOrder.size > 0 || this.#late.size > 0;
  }

  /** Requests that wait for their replies. */
  get size(): number {
    return this.#inOrder.size;
  }

  /** Whether it still waits for its reply. */
  has(request: WatchedRequest): boolean {
    return this.#inOrder.has(request);
  }

  add(request: WatchedRequest): void {
    this.#inOrder.add(request);
    const key = keyOf(request.id);
    const same = this.#byId.get(key);
    if (same === undefined) this.#byId.set(key, [request]);
    else same.push(request);
  }

  /** Takes the request that a reply with this id answers; 'late' when it was given up before. */
  settle(id: string): WatchedRequest | 'late' | null {
    const key = keyOf(id);
    const request = this.#byId.get(key)?.[0];
    if (request === undefined) return this.#settleLate(key) ? 'late' : null;
    this.#remove(request);
    return request;
  }

  /** Marks the request that a cancel notification names, the newest one; null: it is not watched. */
  cancel(id: string): WatchedRequest | null {
    const request = this.#byId.get(keyOf(id))?.findLast(({ cancelled }) => !cancelled);
    if (request === undefined) return null;
    request.cancelled = true;
    return request;
  }

  /** Gives up a request, whose reply is late from now on; false when it was answered or given up. */
  giveUp(request: WatchedRequest): boolean {
    if (!this.has(request)) return false;
    this.#remove(request);
    const key = keyOf(request.id);
    this.#late.set(key, (this.#late.get(key) ?? 0) + 1);
    if (this.#late.size > MAX_LATE_IDS) this.#late.delete(this.#late.keys().next().value!);
    return true;
  }

  /** Gives up what was sent by `sentByMs`, oldest first. */
  expire(sentByMs: number): WatchedRequest[] {
    const expired: WatchedRequest[] = [];
    for (const request of this.#inOrder) {
      if (request.sentAtMs > sentByMs) break;
      expired.push(request);
      this.giveUp(request);
    }
    return expired;
  }

  /** When the oldest request was sent; null when there is none. */
  get oldestMs(): number | null {
    for (const { sentAtMs } of this.#inOrder) return sentAtMs;
    return null;
  }

  #settleLate(key: string): boolean {
    const count = this.#late.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#late.delete(key);
    else this.#late.set(key, count - 1);
    return true;
  }

  #remove(request: WatchedRequest): void {
    this.#inOrder.delete(request);
    const key = keyOf(request.id);
    const same = this.#byId.get(key)!;
    if (same.length === 1) this.#byId.delete(key);
    else same.splice(same.indexOf(request), 1);
  }
}

/** Ids that have only one spelling: integers up to 2^53, and strings without an escape. */
const PLAIN = /^(?:-?[1-9]\d{0,14}|0|"[^"\\]*")$/;

/** The same for all spellings of an id. */
function keyOf(id: string): string {
  if (PLAIN.test(id)) return id;
  const value = JSON.parse(id) as string | number;
  // Beyond 2^53 different ids would get the same number.
  const isExact = typeof value === 'string' || Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  return isExact ? JSON.stringify(value) : id;
}
