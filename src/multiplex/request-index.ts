import type { RequestId } from '../session/request-id.js';
import type { RequestOwner } from './request-owner.js';
import type { RequestTable } from './request-table.js';

/** So many that have ended may be in an index, and as many as are in flight, before it is made anew. */
const MAX_ENDED = 64;

/**
 * Finds the requests in flight of one owner by an id or token that they came with, without a search
 * through all, which a client that cancels without pause would have the main thread do for each of
 * its cancels. It is brought up to date when something is looked for: owners that never cancel pay
 * nothing for it.
 */
export class RequestIndex {
  readonly #table: RequestTable;
  readonly #owner: RequestOwner;
  readonly #keyOf: (id: number) => RequestId | null;
  /** Ids at the server, oldest first; some have ended. */
  readonly #ids = new Map<RequestId, number[]>();
  #size = 0;
  /** RequestTable.begun of the last update. */
  #seen = 0;

  /** `keyOf`: what the request with an id is found by; null: it cannot be found. */
  constructor(table: RequestTable, owner: RequestOwner, keyOf: (id: number) => RequestId | null) {
    this.#table = table;
    this.#owner = owner;
    this.#keyOf = keyOf;
  }

  /** The newest request in flight with this key that is wanted; 0: none. What is not never will be. */
  newest(key: RequestId, isWanted: (id: number) => boolean = () => true): number {
    this.#update();
    const ids = this.#ids.get(key);
    if (ids === undefined) return 0;
    for (; ids.length > 0; ids.pop(), this.#size--) {
      const id = ids.at(-1)!;
      if (this.#table.isInFlight(id, this.#owner) && isWanted(id)) return id;
    }
    this.#ids.delete(key);
    return 0;
  }

  #update(): void {
    if (this.#size > 2 * this.#owner.requests.inFlight + MAX_ENDED) {
      this.#ids.clear();
      this.#size = 0;
      this.#seen = 0;
    }
    for (const id of this.#table.idsSince(this.#owner, this.#seen)) {
      const key = this.#keyOf(id);
      if (key === null) continue;
      const ids = this.#ids.get(key);
      if (ids === undefined) this.#ids.set(key, [id]);
      else ids.push(id);
      this.#size++;
    }
    this.#seen = this.#table.begun;
  }
}
