import { FRAMING_NONE } from '../workers/batch-layout.js';
import type { ServeConfig } from './config/serve-config.js';
import { framingWord } from './framing/splitter.js';
import type { Lane } from './lane/lane.js';
import { STUCK_AFTER_MS } from './limits.js';
import type { Logger } from './log.js';
import { MultiplexSession } from './multiplex/multiplex-session.js';
import { RequestTable } from './multiplex/request-table.js';
import { ServerPool } from './multiplex/server-pool.js';
import { EchoSession } from './session/echo-session.js';
import { PassThroughSession } from './session/pass-through-session.js';
import type { SessionFactory } from './session/session-registry.js';
import type { UpstreamFactory } from './upstream/upstream.js';

export interface ModeParts {
  readonly config: ServeConfig;
  /** Null: the built-in echo. */
  readonly upstream: UpstreamFactory | null;
  readonly lanes: readonly Lane[];
  /** The id store (workers/id-store.ts). */
  readonly ids: Uint8Array;
  readonly log: Logger;
}

/** How clients are served, as the configuration says; `servers`: those that they share, if any. */
export function createMode(parts: ModeParts): {
  readonly createSession: SessionFactory;
  readonly servers: ServerPool | null;
} {
  const { config, upstream, log } = parts;
  const disconnectOnMalformed = config.onMalformed === 'disconnect';
  const maxArray = config.maxBatch;
  const common = { disconnectOnMalformed, maxArray };
  if (upstream === null) {
    return {
      servers: null,
      createSession: (client, lane, onEnded) => new EchoSession(client, lane, common, onEnded),
    };
  }
  if (config.mode === 'session') {
    const { drainTimeoutMs, requestTimeoutMs, profile } = config;
    const settings = { ...common, upstream, drainTimeoutMs, requestTimeoutMs, profile };
    return {
      servers: null,
      createSession: (client, lane, onEnded) => {
        const sessionLog = log.child({ client: client.label });
        return new PassThroughSession({ ...settings, client, lane, log: sessionLog, onEnded });
      },
    };
  }
  const servers = createServers(parts, upstream);
  const outlet = { overflowBytes: config.clientOverflowBytes, graceMs: config.slowClientGraceMs };
  const { drainTimeoutMs } = config;
  const settings = { ...common, outlet, drainTimeoutMs, log };
  return {
    servers,
    createSession: (client, lane, onEnded) => {
      const server = servers.assign();
      return new MultiplexSession({ ...settings, client, lane, server, onEnded });
    },
  };
}

function createServers(parts: ModeParts, upstream: UpstreamFactory): ServerPool {
  const { config, lanes, ids, log } = parts;
  const table = new RequestTable(ids);
  table.onStuck = () => {
    const forMs = STUCK_AFTER_MS;
    log.warn({ forMs }, 'too many requests are in flight and none was answered: more are refused');
  };
  return new ServerPool({
    ...config,
    size: config.mode === 'pool' ? config.poolSize : 1,
    upstream,
    framing: upstreamFraming(config),
    lanes,
    table,
    log,
  });
}

function upstreamFraming(config: ServeConfig): number {
  if (config.upstream.kind !== 'command') return FRAMING_NONE;
  return framingWord(config.framing);
}
