import type { Lane } from '../../src/lane/lane.js';
import { silentLogger } from '../../src/log.js';
import { MultiplexSession } from '../../src/multiplex/multiplex-session.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { SharedServer, type SharedServerOptions } from '../../src/multiplex/shared-server.js';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { laneHere } from './lane-here.js';
import { MemoryClient } from './memory-client.js';
import { MemoryUpstream } from './memory-upstream.js';
import { idOf } from './received.js';

/** Turns of the event loop without anything to do after which nothing more will come. */
const QUIET_TURNS = 4;

export interface WorldOptions extends Partial<SharedServerOptions> {
  readonly maxArray?: number;
  readonly nowMs?: () => number;
  /** What each new process is told to do. */
  readonly onStart?: (upstream: MemoryUpstream) => void;
  readonly opening?: () => Promise<void> | null;
}

/** A shared server with everything real but its process and its clients. */
export class MultiplexWorld {
  readonly table: RequestTable;
  readonly server: SharedServer;
  /** Processes, the newest last. */
  readonly upstreams: MemoryUpstream[] = [];
  readonly clients: MemoryClient[] = [];
  readonly #lane: Lane;
  readonly #maxArray: number;

  constructor(options: WorldOptions = {}) {
    const store = createIdStore();
    const { maxArray = 100, nowMs, onStart, opening } = options;
    this.table = new RequestTable(store, nowMs);
    this.#maxArray = maxArray;
    this.#lane = laneHere(store);
    this.server = new SharedServer({
      upstream: (events) => {
        const upstream = new MemoryUpstream(events, opening?.() ?? null);
        this.upstreams.push(upstream);
        onStart?.(upstream);
        return upstream;
      },
      framing: FRAMING_NONE,
      lane: this.#lane,
      table: this.table,
      handshakeMethods: ['initialize'],
      profile: null,
      serverRequests: 'owner',
      notifications: new Map(),
      maxRestarts: 10,
      eager: false,
      idleTimeoutMs: 60_000,
      log: silentLogger(),
      ...options,
    });
  }

  /** The process at hand. */
  get upstream(): MemoryUpstream {
    return this.upstreams.at(-1)!;
  }

  /** The process answers the initialize that it was sent. */
  answerInitialize(): void {
    const { upstream } = this;
    upstream.say(`{"id":${idOf(upstream.received, '"initialize"')},"result":{"kept":1}}`);
  }

  connect(): MemoryClient {
    const client = new MemoryClient(`client ${this.clients.length}`);
    this.clients.push(client);
    client.session = new MultiplexSession({
      client,
      lane: this.#lane,
      server: this.server,
      disconnectOnMalformed: false,
      maxArray: this.#maxArray,
      outlet: { overflowBytes: 1024 * 1024, graceMs: 5000 },
      drainTimeoutMs: 10_000,
      log: silentLogger(),
      onEnded: () => undefined,
    });
    return client;
  }

  /** Waits until all that was said has arrived. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < QUIET_TURNS; quiet++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (!this.#lane.idle) quiet = 0;
    }
  }

  /** What is left in tables when nobody is there any more. */
  get left(): Record<string, number> {
    return {
      requests: this.table.count,
      own: this.server.own.requests.inFlight,
      waiting: this.server.waitingCount,
      serverRequests: this.server.requests.size,
      tokens: this.server.tokens.size,
      documents: this.server.documents.size,
      sessions: this.server.sessions.size,
    };
  }
}

export const NOTHING_LEFT = {
  requests: 0,
  own: 0,
  waiting: 0,
  serverRequests: 0,
  tokens: 0,
  documents: 0,
  sessions: 0,
} as const;
