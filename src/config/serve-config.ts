import type { WantedKernel } from '../../workers/kernel/select-kernel.js';
import type { Framing } from '../framing/splitter.js';
import type { Offload } from '../lane/offload.js';
import { defaultThreads } from '../lane/worker-pool.js';
import {
  CLIENT_OVERFLOW_BYTES,
  DRAIN_TIMEOUT_MS,
  IDLE_TIMEOUT_MS,
  MAX_ARRAY_ELEMENTS,
  MAX_CONNECTIONS,
  MAX_PAYLOAD_BYTES,
  MAX_RESTARTS,
  PING_INTERVAL_SECONDS,
  POOL_SIZE,
  RECEIVE_BUFFER_BYTES,
  SLOW_CLIENT_GRACE_MS,
} from '../limits.js';
import type { LogFormat, LogLevel } from '../log.js';
import type { NotificationRules } from '../multiplex/notification-rules.js';
import type { ServerRequestRule } from '../multiplex/server-request-rule.js';
import type { WebSocketAddress } from '../options/listen-url.js';
import type { Profile } from '../session/profile.js';
import { INITIALIZE } from '../session/protocol-methods.js';

/** Where clients come in. */
export type ListenAddress = { readonly kind: 'stdio' } | WebSocketAddress;

/** Where their messages go. */
export type UpstreamTarget =
  | { readonly kind: 'echo' }
  | {
      readonly kind: 'websocket';
      readonly url: string;
      /** Asked for in the upgrade; null: none. */
      readonly subprotocol: string | null;
    }
  | { readonly kind: 'command'; readonly command: string; readonly args: readonly string[] };

/** How clients share servers: docs/multiplexing.md. */
export const MODES = ['session', 'shared', 'pool'] as const;
type Mode = (typeof MODES)[number];
export const ON_MALFORMED = ['answer', 'disconnect'] as const;

/** Everything that `sluice serve` can be told, resolved once and frozen. */
export interface ServeConfig {
  readonly listen: readonly ListenAddress[];
  readonly upstream: UpstreamTarget;
  /** Framing of the command's standard input and output. */
  readonly framing: Framing;
  /** Framing of our own standard input and output, with `--listen stdio://`. */
  readonly stdioFraming: Framing;
  readonly mode: Mode;
  /** Processes in mode `pool`. */
  readonly poolSize: number;
  /** Start shared servers at once. */
  readonly eager: boolean;
  readonly idleTimeoutMs: number;
  readonly maxRestarts: number;
  /** Methods whose result is kept for later clients; empty: none. */
  readonly handshakeMethods: readonly string[];
  /** Null: guessed from the handshake. */
  readonly profile: Profile | null;
  readonly serverRequests: ServerRequestRule;
  readonly notifications: NotificationRules;
  /** 0: no timeout. */
  readonly requestTimeoutMs: number;
  readonly clientOverflowBytes: number;
  readonly slowClientGraceMs: number;
  /** Elements of a JSON-RPC batch; 0 refuses batches. */
  readonly maxBatch: number;
  readonly cwd: string;
  /** `--env` entries: NAME or NAME=VALUE. */
  readonly env: readonly string[];
  readonly inheritEnv: boolean;
  readonly threads: number;
  readonly kernel: WantedKernel;
  readonly offload: Offload;
  readonly maxPayloadBytes: number;
  readonly receiveBufferBytes: number;
  readonly maxConnections: number;
  /** 0: no limit of its own. */
  readonly maxConnectionsPerAddress: number;
  readonly pingIntervalSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly onMalformed: (typeof ON_MALFORMED)[number];
  readonly drainTimeoutMs: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  /** What was asked for and cannot have an effect, in sentences for the log. */
  readonly warnings: readonly string[];
}

/** What holds where nothing was said. */
export function defaultServeConfig(): ServeConfig {
  return {
    listen: [{ kind: 'ws', host: '127.0.0.1', port: 4000 }],
    upstream: { kind: 'echo' },
    framing: 'ndjson',
    stdioFraming: 'ndjson',
    mode: 'session',
    poolSize: POOL_SIZE,
    eager: false,
    idleTimeoutMs: IDLE_TIMEOUT_MS,
    maxRestarts: MAX_RESTARTS,
    handshakeMethods: [INITIALIZE],
    profile: null,
    serverRequests: 'owner',
    notifications: new Map(),
    requestTimeoutMs: 0,
    clientOverflowBytes: CLIENT_OVERFLOW_BYTES,
    slowClientGraceMs: SLOW_CLIENT_GRACE_MS,
    maxBatch: MAX_ARRAY_ELEMENTS,
    cwd: process.cwd(),
    env: [],
    inheritEnv: false,
    threads: defaultThreads(),
    kernel: 'auto',
    offload: 'adaptive',
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    receiveBufferBytes: RECEIVE_BUFFER_BYTES,
    maxConnections: MAX_CONNECTIONS,
    maxConnectionsPerAddress: 0,
    pingIntervalSeconds: PING_INTERVAL_SECONDS,
    allowedOrigins: [],
    allowedHosts: [],
    tls: null,
    onMalformed: 'answer',
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
    logLevel: 'info',
    logFormat: 'text',
    warnings: [],
  };
}
