import { idKey } from '../session/request-id.js';
import { RequestIndex } from './request-index.js';
import type { RequestOwner } from './request-owner.js';
import type { RequestTable } from './request-table.js';

/** The requests in flight of one client that its own notifications name. */
export class NamedRequests {
  readonly #table: RequestTable;
  readonly #owner: RequestOwner;
  #byId: RequestIndex | null = null;
  #byWorkToken: RequestIndex | null = null;

  constructor(table: RequestTable, owner: RequestOwner) {
    this.#table = table;
    this.#owner = owner;
  }

  /**
   * The one that a cancel notification names; of several with the same id the newest that is not
   * cancelled yet. 0: none of its own. `id` is JSON text; another spelling of the same string or
   * number counts too.
   */
  cancelled(id: Uint8Array): number {
    const table = this.#table;
    this.#byId ??= new RequestIndex(table, this.#owner, (of) => keyOf(table.originalId(of)));
    return this.#byId.newest(keyOf(id), (of) => table.extraOf(of)?.cancelled !== true);
  }

  /** The newest whose `workDoneToken` this is, as JSON text; 0: none. */
  withWorkToken(token: string): number {
    // Most clients give none with any request.
    if (this.#owner.requests.keptIdBytes === 0) return 0;
    const table = this.#table;
    this.#byWorkToken ??= new RequestIndex(table, this.#owner, (of) => {
      const own = table.extraOf(of)?.tokenA;
      return own === undefined ? null : keyOf(own);
    });
    return this.#byWorkToken.newest(idKey(token));
  }
}

function keyOf(text: Uint8Array): ReturnType<typeof idKey> {
  return idKey(Buffer.from(text).toString('utf8'));
}
