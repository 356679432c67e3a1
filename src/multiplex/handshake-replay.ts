import { HANDSHAKE_REPLAY_TIMEOUT_MS } from '../limits.js';
import { rewriteRequest } from './client-request.js';
import type { HandshakeRequest } from './handshake.js';
import type { RequestOwner } from './request-owner.js';
import type { RequestTable } from './request-table.js';

/** What the replay needs of its server. */
export interface ReplayedServer {
  readonly table: RequestTable;
  /** Owner of requests that no client waits for. */
  readonly own: RequestOwner;
  send(message: Uint8Array): void;
  restart(): void;
}

const OWN_ID = Buffer.from('0');

/** Tells a new process what the one before was told, one request after the other. */
export class HandshakeReplay {
  readonly #server: ReplayedServer;
  readonly #requests: HandshakeRequest[];
  readonly #onDone: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(server: ReplayedServer, kept: readonly HandshakeRequest[], onDone: () => void) {
    this.#server = server;
    this.#requests = [...kept];
    this.#onDone = onDone;
  }

  start(): void {
    if (this.#requests.length > 0) {
      this.#timer = setTimeout(() => this.#server.restart(), HANDSHAKE_REPLAY_TIMEOUT_MS);
    }
    this.#next();
  }

  /** The process is gone. */
  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** A request of the handshake was answered; others than ours are passed over. */
  answered(method: string, isResult: boolean): void {
    if (this.#requests[0]?.method !== method) return;
    this.#requests.shift();
    // A process that refuses what its predecessor took is of no use to the clients.
    if (!isResult) this.#server.restart();
    else this.#next();
  }

  #next(): void {
    const step = this.#requests[0];
    if (step === undefined) {
      this.end();
      this.#onDone();
      return;
    }
    const { table, own } = this.#server;
    const id = table.give();
    if (id === 0) {
      table.whenFree(() => {
        if (this.#timer !== null) this.#next();
      });
      return;
    }
    table.storeOriginalId(id, OWN_ID);
    table.addExtra(id, { handshake: step.method });
    table.sent(id, own);
    this.#server.send(rewriteRequest(step.request, id));
  }
}
