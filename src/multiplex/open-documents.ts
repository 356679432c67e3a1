import { SPAN_A_START } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { MAX_DOCUMENT_BYTES, MAX_PARSED_BYTES } from '../limits.js';
import { jsonValue } from '../session/json-value.js';
import { DID_CLOSE, DID_OPEN } from '../session/protocol-methods.js';

/** What an entry takes besides its URI, about. */
const ENTRY_BYTES = 64;

/**
 * LSP: the documents that clients have open at the process at hand, and those whose opening waits
 * for the next one. What a client has open when it leaves is closed for it: a client that comes
 * again opens it again, and the protocol does not allow to open it twice.
 */
export class OpenDocuments<Client> {
  #open = new ClientDocuments<Client>();
  #coming = new ClientDocuments<Client>();
  #ready = false;

  get size(): number {
    return this.#open.size + this.#coming.size;
  }

  /** The process takes clients' messages, those first that have waited for it. */
  ready(): void {
    this.#ready = true;
    this.#open = this.#coming;
    this.#coming = new ClientDocuments();
  }

  /** The process is gone, and what was open in it; the clients that had that open. */
  gone(): Client[] {
    const clients = this.#open.clients;
    this.#ready = false;
    this.#open = new ClientDocuments();
    return clients;
  }

  /**
   * Frame `index` of `client`, a notification with one of DOCUMENT_METHODS, goes to the server, or
   * waits for it.
   */
  note(client: Client, batch: Batch, index: number, method: string): void {
    const uri = uriOf(batch.part(index, SPAN_A_START));
    if (uri === null) return;
    const documents = this.#ready ? this.#open : this.#coming;
    if (method === DID_OPEN) documents.add(client, uri);
    else documents.delete(client, uri);
  }

  /** A client has left: takes what nobody else has open, as notifications that close it. */
  *closeAllOf(client: Client): Generator<Uint8Array> {
    // What waited for the next process was given up with the client.
    for (const uri of this.#coming.of(client)) this.#coming.delete(client, uri);
    for (const uri of this.#open.of(client)) {
      this.#open.delete(client, uri);
      if (!this.#open.has(uri)) yield didClose(uri);
    }
  }
}

/** Which client has which documents open; each client's URIs are bounded in bytes. */
class ClientDocuments<Client> {
  readonly #ofClient = new Map<Client, { readonly uris: Set<string>; bytes: number }>();
  /** By URI: how many clients have it open. */
  readonly #clients = new Map<string, number>();

  get size(): number {
    return this.#clients.size;
  }

  /** Those that have any open. */
  get clients(): Client[] {
    return [...this.#ofClient.keys()];
  }

  has(uri: string): boolean {
    return this.#clients.has(uri);
  }

  of(client: Client): string[] {
    return [...(this.#ofClient.get(client)?.uris ?? [])];
  }

  add(client: Client, uri: string): void {
    const mine = this.#ofClient.get(client) ?? { uris: new Set<string>(), bytes: 0 };
    const bytes = bytesOf(uri);
    if (mine.uris.has(uri) || mine.bytes + bytes > MAX_DOCUMENT_BYTES) return;
    mine.uris.add(uri);
    mine.bytes += bytes;
    this.#ofClient.set(client, mine);
    this.#clients.set(uri, (this.#clients.get(uri) ?? 0) + 1);
  }

  delete(client: Client, uri: string): void {
    const mine = this.#ofClient.get(client);
    if (mine === undefined || !mine.uris.delete(uri)) return;
    mine.bytes -= bytesOf(uri);
    if (mine.uris.size === 0) this.#ofClient.delete(client);
    const others = this.#clients.get(uri)! - 1;
    if (others === 0) this.#clients.delete(uri);
    else this.#clients.set(uri, others);
  }
}

function bytesOf(uri: string): number {
  return 2 * uri.length + ENTRY_BYTES;
}

function uriOf(text: Uint8Array): string | null {
  if (text.length === 0 || text.length > MAX_PARSED_BYTES) return null;
  const uri = jsonValue(text);
  return typeof uri === 'string' ? uri : null;
}

function didClose(uri: string): Uint8Array {
  return Buffer.from(
    `{"jsonrpc":"2.0","method":"${DID_CLOSE}","params":{"textDocument":{"uri":${JSON.stringify(uri)}}}}`,
  );
}
