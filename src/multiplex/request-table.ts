import {
  findStoredId,
  ID_SLOT_MASK,
  ID_SLOTS,
  MAX_STORED_ID_BYTES,
  storedIdLength,
  storeId,
} from '../../workers/id-store.js';
import type { ArrayReply } from '../session/array-replies.js';

/** Whoever gets the replies: a client's session, or a server's own handshake. */
export interface RequestOwner {
  /** The server process that its requests go to; no other one may answer them. */
  readonly server: object;
  /** Kept by the table: slot of its newest request in flight, -1 for none. */
  newestSlot: number;
  /** Kept by the table: its requests in flight. */
  inFlight: number;
}

/** What few requests have; those that do are looked at on the main thread. */
export interface RequestExtra {
  /** The original id, where the id store has no room for it. */
  longId?: Uint8Array;
  /** The original progress tokens, in place of which we gave `id` and `"p<id>"`. */
  tokenA?: Uint8Array;
  tokenB?: Uint8Array;
  /** The array that it was an element of. */
  array?: ArrayReply;
  /** The method of a handshake whose result is kept. */
  handshake?: string;
}

const FREE = 0;
/** The id was given to a frame that is still on its way to the server. */
const GIVEN = 1;
/** The request went to the server: a reply with its id is let through, once. */
const SENT = 2;

const MAX_ID = 0x7fffffff;
const NO_SLOT = -1;
const NULL_ID = Buffer.from('null');

/**
 * All requests in flight of all shared servers, by the integer that is their id at the
 * server. Only main touches it, and it alone decides whether a reply is let through; the
 * original ids are in the id store, where the workers write and read them.
 *
 * An id is used again after 2^31 others, and its slot (id & ID_SLOT_MASK) when it is free. The
 * requests of one owner are linked by slots, newest first: a client that leaves, and a
 * cancel notification, find theirs without a search through all.
 */
export class RequestTable {
  /** Ids that are given or sent. */
  count = 0;
  readonly #ids = new Int32Array(ID_SLOTS);
  readonly #states = new Uint8Array(ID_SLOTS);
  readonly #owners = new Array<RequestOwner | null>(ID_SLOTS).fill(null);
  readonly #older = new Int32Array(ID_SLOTS);
  readonly #newer = new Int32Array(ID_SLOTS);
  /** Milliseconds since the table was made. */
  readonly #sentAt = new Int32Array(ID_SLOTS);
  readonly #extras = new Map<number, RequestExtra>();
  readonly #madeAtMs = Date.now();
  readonly #store: Uint8Array;
  #next = 1;
  /** No request in flight has an older id than this. */
  #oldestId = 1;

  /** `store`: the id store that the workers write (workers/id-store.ts). */
  constructor(store: Uint8Array) {
    this.#store = store;
  }

  /** An id for a frame that may be a request; 0 when all slots are taken. */
  give(): number {
    if (this.count === ID_SLOTS) return 0;
    while (this.#states[this.#next & ID_SLOT_MASK] !== FREE) this.#advance();
    const id = this.#next;
    this.#advance();
    const slot = id & ID_SLOT_MASK;
    this.#ids[slot] = id;
    this.#states[slot] = GIVEN;
    this.count++;
    return id;
  }

  /** The request with this id goes to the server now. */
  sent(id: number, owner: RequestOwner): void {
    const slot = id & ID_SLOT_MASK;
    this.#states[slot] = SENT;
    this.#owners[slot] = owner;
    this.#sentAt[slot] = Date.now() - this.#madeAtMs;
    this.#newer[slot] = NO_SLOT;
    this.#older[slot] = owner.newestSlot;
    if (owner.newestSlot !== NO_SLOT) this.#newer[owner.newestSlot] = slot;
    owner.newestSlot = slot;
    owner.inFlight++;
  }

  /** The request in flight gets another owner at the same server. */
  adopt(id: number, owner: RequestOwner): void {
    this.#unlink(id & ID_SLOT_MASK);
    this.sent(id, owner);
  }

  /** Who waits for a reply with this id from `server`; null for an id that is nobody's there. */
  ownerOf(id: number, server: object): RequestOwner | null {
    const slot = id & ID_SLOT_MASK;
    if (id === 0 || this.#ids[slot] !== id || this.#states[slot] !== SENT) return null;
    const owner = this.#owners[slot]!;
    return owner.server === server ? owner : null;
  }

  /** The original id of a request in flight, as it was written; a copy. */
  originalId(id: number): Uint8Array {
    const at = findStoredId(this.#store, id);
    if (at !== -1) return this.#store.slice(at, at + storedIdLength(this.#store, at));
    return this.#extras.get(id)?.longId ?? NULL_ID;
  }

  /** Sets the original id of a request that no worker has seen. */
  storeOriginalId(id: number, original: Uint8Array): void {
    storeId(this.#store, id, original, 0, original.length);
    if (original.length > MAX_STORED_ID_BYTES) this.addExtra(id, { longId: original });
  }

  /** What the request has besides; null for most. */
  extraOf(id: number): RequestExtra | null {
    return this.#extras.size === 0 ? null : (this.#extras.get(id) ?? null);
  }

  /** Adds to what the request has besides. */
  addExtra(id: number, extra: RequestExtra): void {
    this.#extras.set(id, { ...this.#extras.get(id), ...extra });
  }

  /** The id is free again: answered, cancelled, or never a request. */
  free(id: number): void {
    const slot = id & ID_SLOT_MASK;
    if (this.#states[slot] === SENT) this.#unlink(slot);
    this.#states[slot] = FREE;
    this.#ids[slot] = 0;
    this.count--;
    if (this.#extras.size > 0) this.#extras.delete(id);
  }

  /** Ids of an owner's requests in flight, newest first. */
  idsOf(owner: RequestOwner): number[] {
    const ids: number[] = [];
    for (let slot = owner.newestSlot; slot !== NO_SLOT; slot = this.#older[slot]!) {
      ids.push(this.#ids[slot]!);
    }
    return ids;
  }

  /** Ids that were sent longer than `timeoutMs` ago, oldest first. They stay in flight. */
  overdue(timeoutMs: number): { id: number; owner: RequestOwner }[] {
    const sentBefore = Date.now() - this.#madeAtMs - timeoutMs;
    const found: { id: number; owner: RequestOwner }[] = [];
    let allOlderFree = true;
    for (let id = this.#oldestId; id !== this.#next; id = id === MAX_ID ? 1 : id + 1) {
      const slot = id & ID_SLOT_MASK;
      if (this.#ids[slot] !== id) {
        if (allOlderFree) this.#oldestId = id === MAX_ID ? 1 : id + 1;
        continue;
      }
      allOlderFree = false;
      if (this.#states[slot] !== SENT) continue;
      // Ids are given in the order of time, so nothing behind is older by much.
      if (this.#sentAt[slot]! > sentBefore) break;
      found.push({ id, owner: this.#owners[slot]! });
    }
    return found;
  }

  #advance(): void {
    this.#next = this.#next === MAX_ID ? 1 : this.#next + 1;
  }

  #unlink(slot: number): void {
    const owner = this.#owners[slot]!;
    const older = this.#older[slot]!;
    const newer = this.#newer[slot]!;
    if (newer === NO_SLOT) owner.newestSlot = older;
    else this.#older[newer] = older;
    if (older !== NO_SLOT) this.#newer[older] = newer;
    this.#owners[slot] = null;
    owner.inFlight--;
  }
}
