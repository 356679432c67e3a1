export const NO_SLOT = -1;

/** Both ends of a list of slots: NO_SLOT while it is empty. */
export class SlotList {
  first = NO_SLOT;
  last = NO_SLOT;
}

/**
 * Doubly linked lists of slots, numbers from 0 on, without an object for each: a slot is in one of
 * the lists at most.
 */
export class SlotLinks {
  readonly #before: Int32Array;
  readonly #after: Int32Array;

  constructor(slots: number) {
    this.#before = new Int32Array(slots);
    this.#after = new Int32Array(slots);
  }

  /** The slot before this one in its list, or NO_SLOT. */
  before(slot: number): number {
    return this.#before[slot]!;
  }

  /** The slot after it. */
  after(slot: number): number {
    return this.#after[slot]!;
  }

  /** Adds a slot that is in no list. */
  append(list: SlotList, slot: number): void {
    this.#before[slot] = list.last;
    this.#after[slot] = NO_SLOT;
    if (list.last === NO_SLOT) list.first = slot;
    else this.#after[list.last] = slot;
    list.last = slot;
  }

  /** Takes a slot out of the list that it is in. */
  remove(list: SlotList, slot: number): void {
    const before = this.#before[slot]!;
    const after = this.#after[slot]!;
    if (before === NO_SLOT) list.first = after;
    else this.#after[before] = after;
    if (after === NO_SLOT) list.last = before;
    else this.#before[after] = before;
  }
}
