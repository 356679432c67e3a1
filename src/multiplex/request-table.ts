import {
  findStoredId,
  ID_SLOT_MASK,
  ID_SLOTS,
  MAX_GIVEN_ID,
  MAX_STORED_ID_BYTES,
  storedIdLength,
  storeId,
} from '../../workers/id-store.js';
import { FEW_REQUESTS, RESERVED_IDS } from '../limits.js';
import type { ArrayReply } from '../session/array-replies.js';
import { IdWaiters } from './id-waiters.js';
import type { RequestOwner } from './request-owner.js';
import { NO_SLOT, SlotLinks, SlotList } from './slot-links.js';

/** What few requests have; those that do are looked at on the main thread. */
export interface RequestExtra {
  /** The original id, where the id store has no room for it. */
  longId?: Uint8Array;
  /**
   * The original progress tokens, in place of which the server has ours (workers/given-tokens.ts).
   */
  tokenA?: Uint8Array;
  tokenB?: Uint8Array;
  /** The array that it was an element of. */
  array?: ArrayReply;
  /** The method of a handshake whose result is kept. */
  handshake?: string;
  /** The server has been told that nobody wants its answer. */
  cancelled?: true;
  /** ... and may give none. */
  unneeded?: boolean;
}

export interface AnswerTo {
  readonly original: Uint8Array;
  readonly array: ArrayReply | undefined;
}

const FREE = 0;
/** The id was given to a frame that is still on its way to the server. */
const GIVEN = 1;
/** The request went to the server: a reply with its id is let through, once. */
const SENT = 2;
/** The request has an owner, and waits for the server to be there. */
const WAITING = 3;

const NULL_ID = Buffer.from('null');

/**
 * All requests in flight of all shared servers, by the integer that is their id at the
 * server. Only main touches it, and it alone decides whether a reply is let through; the
 * original ids are in the id store, where the workers write and read them.
 *
 * An id is used again after 2^31 others, and its slot (id & ID_SLOT_MASK) when it is free. The
 * requests of one owner are linked: a client that leaves, and a cancel notification, find theirs
 * without a search through all. So are those of all owners, in the order of time, for timeouts.
 */
export class RequestTable {
  /** Told when it gets stuck. */
  onStuck: () => void = () => undefined;
  /** Requests that owners have got so far. */
  begun = 0;
  /** Ids that are given or sent. */
  count = 0;
  /** Of these the ones of requests in flight. */
  #inFlight = 0;
  /** Those that were and are not any more, since the beginning. */
  #ended = 0;
  readonly #ids = new Int32Array(ID_SLOTS);
  readonly #states = new Uint8Array(ID_SLOTS);
  readonly #owners = new Array<RequestOwner | null>(ID_SLOTS).fill(null);
  readonly #ownerLinks = new SlotLinks(ID_SLOTS);
  /** Since when it is in flight, by #nowMs. */
  readonly #sinceMs = new Float64Array(ID_SLOTS);
  /** `begun` when its owner got it. */
  readonly #begunAt = new Float64Array(ID_SLOTS);
  readonly #timeLinks = new SlotLinks(ID_SLOTS);
  /** Of all owners, earliest first. */
  readonly #byTime = new SlotList();
  readonly #extras = new Map<number, RequestExtra>();
  readonly #store: Uint8Array;
  readonly #nowMs: () => number;
  #next: number;
  readonly #waiters = new IdWaiters({
    isCrowded: () => this.#isCrowded,
    ended: () => this.#ended,
    onStuck: () => {
      this.onStuck();
    },
  });

  /**
   * `store`: the id store that the workers write (workers/id-store.ts). `nowMs`: a clock that is
   * never set. `firstId`: tests begin near the end of the numbers.
   */
  constructor(store: Uint8Array, nowMs: () => number = () => performance.now(), firstId = 1) {
    this.#store = store;
    this.#nowMs = nowMs;
    this.#next = firstId;
  }

  /** An id for a frame that may be a request; 0 when too many are taken: see whenFree(). */
  give(): number {
    if (this.count === ID_SLOTS || (this.#isCrowded && !this.isStuck)) return 0;
    while (this.#states[this.#next & ID_SLOT_MASK] !== FREE) this.#advance();
    const id = this.#next;
    this.#advance();
    const slot = id & ID_SLOT_MASK;
    this.#ids[slot] = id;
    this.#states[slot] = GIVEN;
    this.count++;
    return id;
  }

  /**
   * Calls `wake`, in a turn of its own, when an id is free again, or waiting for one is of no use.
   */
  whenFree(wake: () => void): void {
    this.#waiters.add(wake);
  }

  /** So many requests are in flight that no more may be, and for a while none of them has ended. */
  get isStuck(): boolean {
    return this.#waiters.isStuck;
  }

  /** Where the table is stuck: whether a request of this owner is one too many. */
  isOneTooMany(owner: RequestOwner): boolean {
    if (!this.isStuck) return false;
    return owner.requests.inFlight >= FEW_REQUESTS || this.#inFlight >= ID_SLOTS - RESERVED_IDS / 2;
  }

  /** The request with this id goes to the server now; one that has waited has its owner. */
  sent(id: number, owner: RequestOwner): void {
    const slot = id & ID_SLOT_MASK;
    if (this.#states[slot] === WAITING) this.#states[slot] = SENT;
    else this.#begin(slot, owner, SENT);
  }

  /** The request with this id is in flight, but no reply to it can come before sent(). */
  waits(id: number, owner: RequestOwner): void {
    const slot = id & ID_SLOT_MASK;
    if (this.#states[slot] !== WAITING) this.#begin(slot, owner, WAITING);
  }

  /** The request in flight gets another owner at the same server. */
  adopt(id: number, owner: RequestOwner): void {
    const slot = id & ID_SLOT_MASK;
    this.#disown(slot);
    this.#own(slot, owner);
  }

  /** Whether this is a request in flight of `owner`, sent or waiting. */
  isInFlight(id: number, owner: RequestOwner): boolean {
    const slot = id & ID_SLOT_MASK;
    return this.#ids[slot] === id && this.#owners[slot] === owner;
  }

  /** Whether the request in flight with this id has gone to the server. */
  isSent(id: number): boolean {
    const slot = id & ID_SLOT_MASK;
    return this.#ids[slot] === id && this.#states[slot] === SENT;
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

  /** What its answer needs: the original id, and the array that it belongs to. */
  answerTo(id: number): AnswerTo {
    return { original: this.originalId(id), array: this.extraOf(id)?.array };
  }

  /** The same of a request that gets its answer now; its id is free then. */
  take(id: number): AnswerTo {
    const answerTo = this.answerTo(id);
    this.free(id);
    return answerTo;
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
    const owner = this.#owners[id & ID_SLOT_MASK] ?? null;
    if (owner !== null) owner.requests.keptIdBytes += idBytesOf(extra);
  }

  /**
   * The server is told that nobody wants the answer to a request in flight, once. `unneeded`: it
   * may give none.
   */
  cancel(id: number, unneeded: boolean): void {
    this.addExtra(id, { cancelled: true, unneeded });
    const { requests } = this.#owners[id & ID_SLOT_MASK]!;
    requests.cancelled++;
    if (unneeded) requests.unneeded++;
  }

  /** The id is free again: answered, cancelled, or never a request. */
  free(id: number): void {
    const slot = id & ID_SLOT_MASK;
    const owner = this.#owners[slot] ?? null;
    if (owner !== null) {
      const extra = this.extraOf(id);
      if (extra?.cancelled) owner.requests.cancelled--;
      if (extra?.unneeded) owner.requests.unneeded--;
      owner.requests.settled++;
      this.#disown(slot);
      this.#timeLinks.remove(this.#byTime, slot);
      this.#inFlight--;
      this.#ended++;
    }
    this.#states[slot] = FREE;
    this.#ids[slot] = 0;
    this.count--;
    if (this.#extras.size > 0) this.#extras.delete(id);
    this.#waiters.freed();
  }

  /** Ids of an owner's requests in flight, newest first. */
  idsOf(owner: RequestOwner): number[] {
    const ids: number[] = [];
    const links = this.#ownerLinks;
    for (let slot = owner.requests.slots.last; slot !== NO_SLOT; slot = links.before(slot)) {
      ids.push(this.#ids[slot]!);
    }
    return ids;
  }

  /** Those that it has got since `begun` was so many, oldest first. */
  idsSince(owner: RequestOwner, begun: number): number[] {
    const ids: number[] = [];
    const links = this.#ownerLinks;
    let slot = owner.requests.slots.last;
    for (; slot !== NO_SLOT && this.#begunAt[slot]! > begun; slot = links.before(slot)) {
      ids.push(this.#ids[slot]!);
    }
    return ids.reverse();
  }

  /** Ids in flight for `timeoutMs` or longer, oldest first. They stay in flight. */
  overdue(timeoutMs: number): { id: number; owner: RequestOwner }[] {
    const sinceMs = this.#nowMs() - timeoutMs;
    const found: { id: number; owner: RequestOwner }[] = [];
    for (let slot = this.#byTime.first; slot !== NO_SLOT; slot = this.#timeLinks.after(slot)) {
      if (this.#sinceMs[slot]! > sinceMs) break;
      found.push({ id: this.#ids[slot]!, owner: this.#owners[slot]! });
    }
    return found;
  }

  #advance(): void {
    this.#next = this.#next === MAX_GIVEN_ID ? 1 : this.#next + 1;
  }

  get #isCrowded(): boolean {
    return this.#inFlight >= ID_SLOTS - RESERVED_IDS;
  }

  #begin(slot: number, owner: RequestOwner, state: number): void {
    this.#states[slot] = state;
    this.#sinceMs[slot] = this.#nowMs();
    this.#inFlight++;
    this.#own(slot, owner);
    this.#timeLinks.append(this.#byTime, slot);
  }

  #own(slot: number, owner: RequestOwner): void {
    const { requests } = owner;
    this.#owners[slot] = owner;
    this.#begunAt[slot] = ++this.begun;
    this.#ownerLinks.append(requests.slots, slot);
    requests.inFlight++;
    requests.keptIdBytes += idBytesOf(this.extraOf(this.#ids[slot]!));
  }

  #disown(slot: number): void {
    const { requests } = this.#owners[slot]!;
    this.#owners[slot] = null;
    this.#ownerLinks.remove(requests.slots, slot);
    requests.inFlight--;
    requests.keptIdBytes -= idBytesOf(this.extraOf(this.#ids[slot]!));
  }
}

function idBytesOf(extra: RequestExtra | null): number {
  if (extra === null) return 0;
  const { longId, tokenA, tokenB } = extra;
  return (longId?.length ?? 0) + (tokenA?.length ?? 0) + (tokenB?.length ?? 0);
}
