/** A client that has left, and whose messages the server may not have read yet. */
interface LeftClient {
  readonly pendingBytes: number;
}

/**
 * What clients that have left wanted of a server that does not read: it cannot be taken back, and
 * who comes again has a new ring.
 */
export class LeftBehind {
  readonly #clients = new Set<LeftClient>();

  add(client: LeftClient): void {
    if (client.pendingBytes > 0) this.#clients.add(client);
  }

  /** Bytes that are still to be read. */
  get bytes(): number {
    let bytes = 0;
    for (const client of this.#clients) {
      bytes += client.pendingBytes;
      if (client.pendingBytes === 0) this.#clients.delete(client);
    }
    return bytes;
  }
}
