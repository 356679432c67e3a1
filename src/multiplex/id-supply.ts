import type { FrameArgs } from '../lane/flow.js';
import type { RequestTable } from './request-table.js';

/** The ids that the messages of one client get at the server, if they turn out to be requests. */
export class IdSupply implements FrameArgs {
  readonly #table: RequestTable;
  readonly #onFree: () => void;
  #waits = false;

  /** `onFree`: there are ids again, after next() had none. */
  constructor(table: RequestTable, onFree: () => void) {
    this.#table = table;
    this.#onFree = onFree;
  }

  next(): number {
    const id = this.#table.give();
    if (id === 0 && !this.#waits) {
      this.#waits = true;
      this.#table.whenFree(() => {
        this.#waits = false;
        this.#onFree();
      });
    }
    return id;
  }

  giveBack(id: number): void {
    this.#table.free(id);
  }
}
