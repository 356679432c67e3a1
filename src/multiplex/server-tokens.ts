import { MAX_KEPT_ID_BYTES, MAX_SERVER_REQUESTS } from '../limits.js';
import type { ProgressToken } from './progress-token.js';

/**
 * LSP: progress tokens that the server makes itself (window/workDoneProgress/create), and the
 * client that was asked to show their progress. Tokens are compared as JSON values.
 */
export class ServerTokens<Client> {
  readonly #owners = new Map<string, Client>();
  /** Of the tokens, as UTF-16. */
  #bytes = 0;

  get size(): number {
    return this.#owners.size;
  }

  /** There are as many as there may be. */
  get full(): boolean {
    return this.size >= MAX_SERVER_REQUESTS || this.#bytes >= MAX_KEPT_ID_BYTES;
  }

  add(token: ProgressToken, owner: Client): void {
    const key = JSON.stringify(token);
    if (!this.#owners.has(key)) this.#bytes += 2 * key.length;
    this.#owners.set(key, owner);
  }

  /** Whom the progress of a token goes to; null for one that is nobody's. */
  ownerOf(token: ProgressToken): Client | null {
    return this.#owners.get(JSON.stringify(token)) ?? null;
  }

  /** All of them as JSON text, with their clients. */
  get all(): ReadonlyMap<string, Client> {
    return this.#owners;
  }

  /** Its progress has ended. */
  delete(token: ProgressToken): void {
    this.#deleteKey(JSON.stringify(token));
  }

  /** A client has left: nobody sees the progress of its tokens any more. */
  deleteAllOf(owner: Client): void {
    for (const [key, session] of this.#owners) if (session === owner) this.#deleteKey(key);
  }

  clear(): void {
    this.#owners.clear();
    this.#bytes = 0;
  }

  #deleteKey(key: string): void {
    if (this.#owners.delete(key)) this.#bytes -= 2 * key.length;
  }
}
