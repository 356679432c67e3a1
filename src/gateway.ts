import { createIdStore } from '../workers/id-store.js';
import type { Kernel } from '../workers/kernel/kernel.js';
import { CLOSE_GOING_AWAY } from './close-codes.js';
import type { ListenAddress, ServeConfig } from './config/serve-config.js';
import { ConnectionCount } from './frontend/connection-count.js';
import { clientsWithinDescriptors, descriptorsFor } from './frontend/descriptor-room.js';
import { loadFrontEnd } from './frontend/load-front-end.js';
import { StdioClient } from './frontend/stdio-client.js';
import type { WebSocketFrontEnd } from './frontend/websocket-front-end.js';
import { Lane } from './lane/lane.js';
import { mainKernel } from './lane/main-kernel.js';
import { inlineBounds } from './lane/offload.js';
import { WorkerPool } from './lane/worker-pool.js';
import { CLOSE_WAIT_MS } from './limits.js';
import type { Logger } from './log.js';
import { createMode } from './mode.js';
import type { ServerPool } from './multiplex/server-pool.js';
import { ProcessMemory } from './process-memory.js';
import { SessionRegistry } from './session/session-registry.js';
import { createUpstreamFactory } from './upstream/create-upstream.js';
import { OrphanGuard } from './upstream/orphan-guard.js';

/**
 * The composition root: puts front ends, lanes, pool, sessions and upstreams together as
 * the configuration says, and takes them apart again.
 */
export class Gateway {
  /** Bound `ws://` and `wss://` addresses, in the order of the configuration. */
  readonly urls: readonly string[];
  /**
   * Settles when the gateway has nothing left to serve: its stdio client, the only one, is gone.
   */
  readonly finished: Promise<{ failure: string | null }>;

  readonly #config: ServeConfig;
  readonly #log: Logger;
  readonly #pool: WorkerPool;
  readonly #registry: SessionRegistry;
  readonly #servers: ServerPool | null;
  readonly #guard: OrphanGuard;
  readonly #frontEnds: readonly WebSocketFrontEnd[];
  readonly #draining: { now: boolean };
  readonly #memory: ProcessMemory;
  #stopping: Promise<void> | null = null;

  private constructor(parts: GatewayParts) {
    this.#config = parts.config;
    this.#log = parts.log;
    this.#pool = parts.pool;
    this.#registry = parts.registry;
    this.#servers = parts.servers;
    this.#guard = parts.guard;
    this.#frontEnds = parts.frontEnds;
    this.#draining = parts.draining;
    this.urls = parts.frontEnds.map(({ url }) => url);
    this.finished = parts.finished;
    this.#memory = new ProcessMemory(parts.kernel);
  }

  /** Starts everything; clients are accepted when it settles. @throws SluiceError */
  static async start(config: ServeConfig, log: Logger): Promise<Gateway> {
    const guard = new OrphanGuard(log);
    const upstream = createUpstreamFactory(config, guard);
    const ids = createIdStore();
    const { kernel, why } = mainKernel(config.kernel, ids);
    const { threads } = config;
    log.info({ kernel: kernel.name, why, threads }, 'kernel');
    const pool = await WorkerPool.start({ threads, kernel: config.kernel, ids, log });
    const lanes = Array.from(
      { length: threads },
      () => new Lane({ runner: pool, kernel, ...inlineBounds(config.offload, kernel), log }),
    );
    const modes = createMode({ config, upstream, lanes, ids, log });
    const registry = new SessionRegistry(lanes, modes.createSession);
    const draining = { now: false };
    const frontEnds: WebSocketFrontEnd[] = [];
    const { servers } = modes;
    const parts = { config, log, kernel, pool, registry, servers, guard, frontEnds, draining };
    try {
      const connections = countConnections(config, log);
      for (const address of config.listen) {
        if (address.kind === 'stdio') continue;
        frontEnds.push(await listen(address, parts, connections));
      }
      return new Gateway({ ...parts, finished: startStdio(parts) });
    } catch (error) {
      for (const frontEnd of frontEnds) frontEnd.destroy();
      await servers?.stop();
      guard.close();
      await pool.close();
      throw error;
    }
  }

  /**
   * Accepts nobody any more, finishes what is in flight, closes clients with 1001, ends
   * servers. Once: later calls get the same promise.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopNow();
    return this.#stopping;
  }

  async #stopNow(): Promise<void> {
    this.#draining.now = true;
    for (const frontEnd of this.#frontEnds) frontEnd.stopAccepting();
    const { drainTimeoutMs } = this.#config;
    this.#log.info({ drainTimeoutMs }, 'stopping');
    if (!(await this.#registry.quiet(drainTimeoutMs))) {
      this.#log.warn({ drainTimeoutMs }, 'messages were still in flight at the stop');
    }
    await this.#registry.stop(CLOSE_GOING_AWAY, 'the gateway is stopping');
    await this.#servers?.stop();
    await new Promise((resolve) =>
      setTimeout(resolve, this.#frontEnds.length > 0 ? CLOSE_WAIT_MS : 0),
    );
    for (const frontEnd of this.#frontEnds) frontEnd.destroy();
    this.#guard.close();
    this.#memory.close();
    await this.#pool.close();
  }
}

interface GatewayParts {
  readonly config: ServeConfig;
  readonly log: Logger;
  readonly kernel: Kernel;
  readonly pool: WorkerPool;
  readonly registry: SessionRegistry;
  readonly servers: ServerPool | null;
  readonly guard: OrphanGuard;
  readonly frontEnds: WebSocketFrontEnd[];
  readonly draining: { now: boolean };
  readonly finished: Promise<{ failure: string | null }>;
}

/**
 * The socket of a client, and in mode session what its server is reached through: stdin, stdout and
 * stderr, or a socket.
 */
function descriptorsPerClient({ mode, upstream }: ServeConfig): number {
  if (mode !== 'session' || upstream.kind === 'echo') return 1;
  return upstream.kind === 'command' ? 4 : 2;
}

function countConnections(config: ServeConfig, log: Logger): ConnectionCount {
  const { maxConnections, maxConnectionsPerAddress } = config;
  const perClient = descriptorsPerClient(config);
  const room = clientsWithinDescriptors(perClient);
  if (room < maxConnections && config.listen.some(({ kind }) => kind !== 'stdio')) {
    const needed = descriptorsFor(maxConnections, perClient);
    log.info(
      { maxConnections: room },
      `descriptors are the limit of clients; for all ${maxConnections}: ulimit -n ${needed}`,
    );
  }
  return new ConnectionCount(Math.min(maxConnections, room), maxConnectionsPerAddress);
}

async function listen(
  address: Exclude<ListenAddress, { kind: 'stdio' }>,
  parts: Omit<GatewayParts, 'finished'>,
  connections: ConnectionCount,
): Promise<WebSocketFrontEnd> {
  const { config, registry, servers, log, draining } = parts;
  const FrontEnd = await loadFrontEnd();
  return FrontEnd.listen({
    ...config,
    host: address.host,
    port: address.port,
    tls: address.kind === 'wss' ? config.tls : null,
    connections,
    acceptor: registry,
    log,
    draining: () => draining.now,
    down: () => servers?.isDown ?? false,
  });
}

/** Serves standard input and output, where asked for. */
function startStdio(parts: Omit<GatewayParts, 'finished'>): Promise<{ failure: string | null }> {
  const { config, registry, log } = parts;
  return new Promise((resolve) => {
    if (!config.listen.some(({ kind }) => kind === 'stdio')) return;
    const client = new StdioClient({
      input: process.stdin,
      output: process.stdout,
      framing: config.stdioFraming,
      maxPayloadBytes: config.maxPayloadBytes,
      log,
      onClosed: (failure) => {
        if (failure !== null) {
          log.error({ client: client.label, reason: failure }, 'the stdio client was closed');
        }
        // With other listeners there is still somebody to serve.
        if (config.listen.length === 1) resolve({ failure });
      },
    });
    client.attach(registry.accept(client));
  });
}
