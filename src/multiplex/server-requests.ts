import { MAX_KEPT_ID_BYTES, MAX_SERVER_REQUESTS } from '../limits.js';
import { idKey, type RequestId } from '../session/request-id.js';
import type { MultiplexSession } from './multiplex-session.js';
import type { ProgressToken } from './progress-token.js';
import type { ServerRequestRule } from './server-request-rule.js';

/** A request of the server that a client was given. */
export interface ServerRequest {
  /** Its id as the server wrote it. */
  readonly originalId: Uint8Array;
  readonly client: MultiplexSession;
  /** LSP: the progress token that it makes, of `window/workDoneProgress/create`. */
  readonly token?: ProgressToken | undefined;
}

/**
 * The client that a request of the server goes to, of `clients` in the order of their
 * arrival. `owner`: the one whose requests are in flight, if it is only one, else the oldest:
 * a server asks on behalf of a request, but does not say of which. Of what a client has
 * cancelled only if nobody waits for anything else: the server may not have heard of it yet. Any
 * other rule: the oldest, for what is asked at all.
 */
export function chooseClient(
  rule: ServerRequestRule,
  clients: Iterable<MultiplexSession>,
): MultiplexSession | null {
  const all = [...clients];
  const oldest = all[0] ?? null;
  if (rule !== 'owner') return oldest;
  const waiting = all.filter(({ requests }) => requests.inFlight > requests.cancelled);
  const owners = waiting.length > 0 ? waiting : all.filter(({ requests }) => requests.inFlight > 0);
  return owners.length === 1 ? owners[0]! : oldest;
}

/** Requests of one server that wait for a client's answer, by the id that the client was given. */
export class ServerRequests {
  readonly #byGivenId = new Map<number, ServerRequest>();
  /** The newest with each original id. */
  readonly #byOriginalId = new Map<RequestId, number>();
  #idBytes = 0;
  #next = 1;

  get size(): number {
    return this.#byGivenId.size;
  }

  /** There are as many as there may be. */
  get full(): boolean {
    return this.size >= MAX_SERVER_REQUESTS || this.#idBytes >= MAX_KEPT_ID_BYTES;
  }

  /** Notes a request; returns the id that the client is given. */
  add(request: ServerRequest): number {
    const id = this.#next++;
    this.#byGivenId.set(id, request);
    this.#byOriginalId.set(keyOf(request.originalId), id);
    this.#idBytes += request.originalId.length;
    return id;
  }

  /**
   * Takes the request that `client` answers with the id `id`, JSON text in whatever spelling; null
   * when it is not its own.
   */
  settle(id: string, client: MultiplexSession): ServerRequest | null {
    const given = idKey(id);
    const request = typeof given === 'number' ? this.#byGivenId.get(given) : undefined;
    if (request?.client !== client) return null;
    this.delete(given as number);
    return request;
  }

  /** The request that the server calls `originalId`; it stays. */
  find(originalId: Uint8Array): { givenId: number; client: MultiplexSession } | null {
    const givenId = this.#byOriginalId.get(keyOf(originalId));
    return givenId === undefined ? null : { givenId, client: this.#byGivenId.get(givenId)!.client };
  }

  /** It needs no answer any more. */
  delete(givenId: number): void {
    const request = this.#byGivenId.get(givenId);
    if (request === undefined) return;
    const { originalId } = request;
    this.#idBytes -= originalId.length;
    this.#byGivenId.delete(givenId);
    const key = keyOf(originalId);
    if (this.#byOriginalId.get(key) === givenId) this.#byOriginalId.delete(key);
  }

  /** All of them, with the ids that their clients were given. */
  get all(): ReadonlyMap<number, ServerRequest> {
    return this.#byGivenId;
  }

  /** Takes all that `client` was asked. */
  takeAllOf(client: MultiplexSession): ServerRequest[] {
    const taken: ServerRequest[] = [];
    for (const [id, request] of this.#byGivenId) {
      if (request.client !== client) continue;
      taken.push(request);
      this.delete(id);
    }
    return taken;
  }

  clear(): void {
    this.#byGivenId.clear();
    this.#byOriginalId.clear();
    this.#idBytes = 0;
  }
}

/** The same for all spellings of an id. */
function keyOf(id: Uint8Array): RequestId {
  return idKey(Buffer.from(id).toString('utf8'));
}
