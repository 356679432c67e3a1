import { MAX_LATE_IDS } from '../limits.js';
import type { ArrayReply } from './array-replies.js';
import { idKey, type RequestId } from './request-id.js';

/** What is remembered of a watched request. */
export class WatchedRequest {
  readonly id: RequestId;
  /** The array that it was an element of. */
  readonly array: ArrayReply | null;
  /** When it was sent, in milliseconds of a clock that is never set. */
  readonly sentAtMs: number;
  /** The server has been told that nobody wants its answer. */
  cancelled = false;

  /** RequestWatch's: it still waits for its reply, between these two in the order of sending. */
  waits = false;
  older: WatchedRequest | null = null;
  newer: WatchedRequest | null = null;

  constructor(id: RequestId, array: ArrayReply | null, sentAtMs: number) {
    this.id = id;
    this.array = array;
    this.sentAtMs = sentAtMs;
  }
}

/**
 * In session mode ids pass unchanged and nobody looks at them, except where a reply has to be
 * caught: that of an element of an array, or one that may come too late. Requests are
 * known by their ids; of two with the same id the older one is answered first. A server may
 * spell the id that it returns in its own way: `1.0` comes back as `1`.
 */
export class RequestWatch {
  /** By idKey(); an array, oldest first, only where several have the same id. */
  readonly #byKey = new Map<RequestId, WatchedRequest | WatchedRequest[]>();
  #oldest: WatchedRequest | null = null;
  #newest: WatchedRequest | null = null;
  #size = 0;
  /** How many late replies each id may still have. */
  readonly #late = new Map<RequestId, number>();

  /** True while a reply may have to be caught. */
  get active(): boolean {
    return this.#size > 0 || this.#late.size > 0;
  }

  /** Requests that wait for their replies. */
  get size(): number {
    return this.#size;
  }

  /** When the oldest request was sent; null when there is none. */
  get oldestMs(): number | null {
    return this.#oldest?.sentAtMs ?? null;
  }

  add(request: WatchedRequest): void {
    request.waits = true;
    request.older = this.#newest;
    if (this.#newest === null) this.#oldest = request;
    else this.#newest.newer = request;
    this.#newest = request;
    this.#size++;
    const key = idKey(request.id);
    const same = this.#byKey.get(key);
    if (same === undefined) this.#byKey.set(key, request);
    else if (Array.isArray(same)) same.push(request);
    else this.#byKey.set(key, [same, request]);
  }

  /** Takes the request that a reply with this id answers; 'late' when it was given up before. */
  settle(id: RequestId): WatchedRequest | 'late' | null {
    const key = idKey(id);
    const same = this.#byKey.get(key);
    if (same === undefined) return this.#settleLate(key) ? 'late' : null;
    const request = Array.isArray(same) ? same[0]! : same;
    this.#remove(key, request);
    return request;
  }

  /**
   * Marks the request that a cancel notification names, the newest one; null: it is not watched.
   */
  cancel(id: RequestId): WatchedRequest | null {
    const same = this.#byKey.get(idKey(id));
    if (same === undefined) return null;
    const request = (Array.isArray(same) ? same : [same]).findLast(({ cancelled }) => !cancelled);
    if (request === undefined) return null;
    request.cancelled = true;
    return request;
  }

  /**
   * Gives up a request, whose reply is late from now on; false when it was answered or given up.
   */
  giveUp(request: WatchedRequest): boolean {
    if (!request.waits) return false;
    const key = idKey(request.id);
    this.#remove(key, request);
    this.#late.set(key, (this.#late.get(key) ?? 0) + 1);
    if (this.#late.size > MAX_LATE_IDS) this.#late.delete(this.#late.keys().next().value!);
    return true;
  }

  /** Gives up what was sent by `sentByMs`, oldest first. */
  expire(sentByMs: number): WatchedRequest[] {
    const expired: WatchedRequest[] = [];
    while (this.#oldest !== null && this.#oldest.sentAtMs <= sentByMs) {
      const request = this.#oldest;
      expired.push(request);
      this.giveUp(request);
    }
    return expired;
  }

  #settleLate(key: RequestId): boolean {
    const count = this.#late.get(key);
    if (count === undefined) return false;
    if (count === 1) this.#late.delete(key);
    else this.#late.set(key, count - 1);
    return true;
  }

  #remove(key: RequestId, request: WatchedRequest): void {
    const { older, newer } = request;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    request.waits = false;
    // A request that is kept elsewhere must not keep its neighbours.
    request.older = null;
    request.newer = null;
    this.#size--;
    const same = this.#byKey.get(key)!;
    if (!Array.isArray(same)) this.#byKey.delete(key);
    else if (same.length === 2) this.#byKey.set(key, same[0] === request ? same[1]! : same[0]!);
    else same.splice(same.indexOf(request), 1);
  }
}
