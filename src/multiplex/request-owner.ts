import { SlotList } from './slot-links.js';

/** Whoever gets the replies: a client's session, or a server's own handshake. */
export interface RequestOwner {
  /** The server process that its requests go to; no other one may answer them. */
  readonly server: object;
  readonly requests: OwnedRequests;
}

/** What the request table keeps for one owner; nobody else writes it. */
export class OwnedRequests {
  /** Slots of those in flight, newest last. */
  readonly slots = new SlotList();
  /** How many are in flight, those that wait included. */
  inFlight = 0;
  /** Those that are not in flight any more, so far. */
  settled = 0;
  /** How many of those in flight were cancelled. */
  cancelled = 0;
  /** Of these, how many need no answer. */
  unneeded = 0;
  /** Bytes of their long ids and progress tokens. */
  keptIdBytes = 0;
}
