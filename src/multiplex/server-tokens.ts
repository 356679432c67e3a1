/**
 * LSP: progress tokens that the server makes itself (window/workDoneProgress/create), and the
 * client that was asked to show their progress. Tokens are compared as JSON values.
 */
export class ServerTokens<Client> {
  readonly #owners = new Map<string, Client>();

  get size(): number {
    return this.#owners.size;
  }

  add(token: unknown, owner: Client): void {
    this.#owners.set(JSON.stringify(token), owner);
  }

  /** Whom the progress of a token goes to; null for one that is nobody's. */
  ownerOf(token: unknown): Client | null {
    return this.#owners.get(JSON.stringify(token)) ?? null;
  }

  /** Its progress has ended. */
  delete(token: unknown): void {
    this.#owners.delete(JSON.stringify(token));
  }

  /** A client has left: nobody sees the progress of its tokens any more. */
  deleteAllOf(owner: Client): void {
    for (const [token, session] of this.#owners) if (session === owner) this.#owners.delete(token);
  }

  clear(): void {
    this.#owners.clear();
  }
}
