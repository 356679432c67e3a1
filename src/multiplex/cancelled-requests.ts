import type { RequestOwner, RequestTable } from './request-table.js';

/** A reply that crossed its cancel notification has come by then. */
const GRACE_MS = 5000;

/**
 * Requests that their client has cancelled in MCP's way: the server should not answer them
 * (specification 2025-06-18, "Cancellation"), so nothing else would ever free their ids.
 * One that is answered all the same within the grace is answered to the client.
 */
export class CancelledRequests {
  readonly #table: RequestTable;
  readonly #server: object;
  #waiting: { readonly id: number; readonly owner: RequestOwner; readonly untilMs: number }[] = [];
  #timer: NodeJS.Timeout | null = null;

  constructor(table: RequestTable, server: object) {
    this.#table = table;
    this.#server = server;
  }

  add(id: number, owner: RequestOwner): void {
    this.#waiting.push({ id, owner, untilMs: Date.now() + GRACE_MS });
    this.#timer ??= setTimeout(this.#look, GRACE_MS);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting = [];
  }

  readonly #look = (): void => {
    this.#timer = null;
    const now = Date.now();
    while (this.#waiting.length > 0 && this.#waiting[0]!.untilMs <= now) {
      const { id, owner } = this.#waiting.shift()!;
      if (this.#table.ownerOf(id, this.#server) === owner) this.#table.free(id);
    }
    const next = this.#waiting[0];
    if (next !== undefined) this.#timer = setTimeout(this.#look, next.untilMs - now);
  };
}
