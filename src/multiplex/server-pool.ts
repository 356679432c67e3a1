import { MultiplexSession } from './multiplex-session.js';
import type { RequestTable } from './request-table.js';
import { SharedServer, type SharedServerOptions } from './shared-server.js';

export interface ServerPoolOptions extends Omit<SharedServerOptions, 'lane'> {
  /** Processes: one in mode `shared`, more in mode `pool`. */
  readonly size: number;
  readonly lanes: readonly SharedServerOptions['lane'][];
  /** 0: requests may take for ever. */
  readonly requestTimeoutMs: number;
}

/** Requests are looked through this often within their timeout. */
const CHECKS_PER_TIMEOUT = 10;
const MIN_CHECK_MS = 10;

/** The servers that clients share; a client stays with the one it was given. */
export class ServerPool {
  readonly #servers: readonly SharedServer[];
  readonly #table: RequestTable;
  #timer: NodeJS.Timeout | null = null;

  constructor(options: ServerPoolOptions) {
    this.#table = options.table;
    this.#servers = Array.from(
      { length: options.size },
      (_, i) => new SharedServer({ ...options, lane: options.lanes[i % options.lanes.length]! }),
    );
    const { requestTimeoutMs } = options;
    if (requestTimeoutMs === 0) return;
    this.#timer = setInterval(
      () => this.#expire(requestTimeoutMs),
      Math.max(MIN_CHECK_MS, requestTimeoutMs / CHECKS_PER_TIMEOUT),
    );
  }

  /** The server with the fewest clients, for a new one. */
  assign(): SharedServer {
    return this.#servers.reduce((least, server) =>
      server.sessions.size < least.sessions.size ? server : least,
    );
  }

  /** There is nobody to serve a client now. */
  get isDown(): boolean {
    return this.#servers.every((server) => server.isDown);
  }

  async stop(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  #expire(timeoutMs: number): void {
    for (const { id, owner } of this.#table.overdue(timeoutMs)) {
      if (owner instanceof MultiplexSession) owner.timeOut(id);
    }
  }
}
