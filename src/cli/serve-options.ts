import { isIP } from 'node:net';
import { KERNELS } from '../../workers/kernel/select-kernel.js';
import {
  defaultServeConfig,
  type ListenAddress,
  MODES,
  ON_MALFORMED,
  type ServeConfig,
  type UpstreamTarget,
} from '../config/serve-config.js';
import { FRAMINGS } from '../framing/splitter.js';
import { MAX_PING_INTERVAL_SECONDS } from '../frontend/idle-timeout.js';
import { OFFLOADS } from '../lane/offload.js';
import { LARGEST_PAYLOAD_BYTES, MAX_THREADS } from '../limits.js';
import { LOG_FORMATS, LOG_LEVELS } from '../log.js';
import { NOTIFICATION_RULES, type NotificationRule } from '../multiplex/notification-rules.js';
import { SERVER_REQUEST_RULES } from '../multiplex/server-request-rule.js';
import { PROFILES } from '../session/profile.js';
import { idleOptions, type ServeOptionSpec } from './idle-options.js';
import {
  byteSize,
  durationMs,
  oneOf,
  parseOptions,
  type ReadValue,
  usageError,
  wholeNumber,
} from './option-parser.js';

const MEBIBYTE = 1024 * 1024;

/** The options of `sluice serve`. */
export const SERVE_OPTIONS = {
  listen: {
    value: 'URL',
    multiple: true,
    help: 'ws://IP:PORT, wss://IP:PORT or stdio://; port 0 picks one [ws://127.0.0.1:4000]',
  },
  upstream: { value: 'URL', help: 'echo:, ws://... or wss://...; or a command after -- [echo:]' },
  framing: {
    needs: 'command',
    value: 'NAME',
    help: "the command's stdio: ndjson or content-length [ndjson]",
  },
  'stdio-framing': {
    needs: 'stdio',
    value: 'NAME',
    help: 'our own stdio, with --listen stdio:// [ndjson]',
  },
  mode: {
    value: 'MODE',
    help: 'session: a server for each client; shared: one for all; pool: several [session]',
  },
  'pool-size': { needs: 'pool', value: 'N', help: 'servers in mode pool [2]' },
  eager: { needs: 'shared', help: 'start shared servers at once, not with the first client' },
  'idle-timeout': {
    needs: 'shared',
    value: 'DURATION',
    help: 'how long a shared server is kept without clients [60s]',
  },
  'max-restarts': {
    needs: 'shared',
    value: 'N',
    help: 'of a shared server that dies, in a row [10]',
  },
  handshake: {
    needs: 'shared',
    value: 'METHOD',
    multiple: true,
    help: 'requests whose first result is given to later clients; none for none [initialize]',
  },
  profile: { value: 'NAME', help: 'mcp, lsp, codex or plain [guessed from the handshake]' },
  'server-requests': {
    needs: 'shared',
    value: 'WHO',
    help: "gets a shared server's requests: owner, oldest or refuse [owner]",
  },
  notification: {
    needs: 'shared',
    value: 'METHOD=WHO',
    multiple: true,
    help: 'gets this notification of a shared server: all, oldest or none [all]',
  },
  'request-timeout': { value: 'DURATION', help: 'for the answer to a request; 0s: none [0s]' },
  'client-overflow': {
    needs: 'shared',
    value: 'SIZE',
    help: 'what a client of a shared server may leave unread [16MiB]',
  },
  'slow-client-grace': { needs: 'shared', value: 'DURATION', help: 'and for how long [5s]' },
  'max-batch': { value: 'N', help: 'elements of a JSON-RPC batch; 0 refuses batches [100]' },
  cwd: { needs: 'command', value: 'DIR', help: "the command's working directory" },
  env: {
    needs: 'command',
    value: 'NAME[=VALUE]',
    multiple: true,
    help: 'a variable for the command, ours or with this value',
  },
  'inherit-env': { needs: 'command', help: 'give the command our whole environment' },
  threads: { value: 'N', help: 'worker threads [cores minus one, at least one]' },
  kernel: { value: 'NAME', help: 'auto, native or portable [auto]' },
  offload: { value: 'WHEN', help: 'to the workers: adaptive, always or never [adaptive]' },
  'max-payload': { value: 'SIZE', help: 'largest message; above it 1009 [16MiB]' },
  'receive-buffer': {
    needs: 'websocket',
    value: 'SIZE',
    help: 'for what a WebSocket client sends ahead of its server [4MiB]',
  },
  'max-connections': {
    needs: 'websocket',
    value: 'N',
    help: 'WebSocket clients; above it 503 [10000]',
  },
  'max-connections-per-address': {
    needs: 'websocket',
    value: 'N',
    help: 'of these, from one address; 0: no limit [0]',
  },
  'ping-interval': {
    needs: 'websocket',
    value: 'DURATION',
    help: 'ping silent clients after this [30s]',
  },
  'allow-origin': {
    needs: 'websocket',
    value: 'ORIGIN',
    multiple: true,
    help: 'web pages that may connect; * allows all',
  },
  'allow-host': {
    needs: 'websocket',
    value: 'NAME',
    multiple: true,
    help: 'Host names we are reached by; * allows all',
  },
  'allow-remote': {
    needs: 'websocket',
    help: 'listen on an address that other machines reach, without authentication',
  },
  'tls-cert': { needs: 'tls', value: 'FILE', help: 'certificate for wss:// (PEM)' },
  'tls-key': { needs: 'tls', value: 'FILE', help: 'its key (PEM)' },
  'on-malformed': { value: 'WHAT', help: 'answer a bad message, or disconnect (1007) [answer]' },
  'drain-timeout': { value: 'DURATION', help: 'at a stop, for what is in flight [10s]' },
  'log-level': { value: 'LEVEL', help: `${LOG_LEVELS.join(', ')} [info]` },
  'log-format': { value: 'FORMAT', help: 'text or json, on stderr [text]' },
  help: { short: 'h', help: 'show this' },
} as const satisfies Readonly<Record<string, ServeOptionSpec>>;

/** Resolves the command line into a frozen configuration. @throws SluiceError SLUICE_ERR_USAGE */
export function parseServeOptions(argv: readonly string[]): ServeConfig {
  const { options, command } = parseOptions(argv, SERVE_OPTIONS);
  const defaults = defaultServeConfig();
  const all = (name: keyof typeof SERVE_OPTIONS): readonly string[] => options.get(name) ?? [];
  const one = <T>(name: keyof typeof SERVE_OPTIONS, read: ReadValue<T>, fallback: T): T => {
    const text = all(name)[0];
    return text === undefined ? fallback : read(text, name);
  };
  const config: ServeConfig = {
    listen: all('listen').length > 0 ? all('listen').map(listenAddress) : defaults.listen,
    upstream: upstreamTarget(all('upstream')[0], command),
    framing: one('framing', oneOf(FRAMINGS), defaults.framing),
    stdioFraming: one('stdio-framing', oneOf(FRAMINGS), defaults.stdioFraming),
    mode: one('mode', oneOf(MODES), defaults.mode),
    poolSize: one('pool-size', wholeNumber(1, 1024), defaults.poolSize),
    eager: options.has('eager'),
    idleTimeoutMs: one('idle-timeout', durationMs(0, 86_400_000), defaults.idleTimeoutMs),
    maxRestarts: one('max-restarts', wholeNumber(0, 1_000_000), defaults.maxRestarts),
    handshakeMethods: handshakeMethods(all('handshake'), defaults),
    profile: one('profile', oneOf(PROFILES), defaults.profile),
    serverRequests: one('server-requests', oneOf(SERVER_REQUEST_RULES), defaults.serverRequests),
    notifications: new Map(all('notification').map(notificationRule)),
    requestTimeoutMs: one('request-timeout', durationMs(0, 86_400_000), defaults.requestTimeoutMs),
    clientOverflowBytes: one(
      'client-overflow',
      byteSize(1024, 1024 * MEBIBYTE),
      defaults.clientOverflowBytes,
    ),
    slowClientGraceMs: one(
      'slow-client-grace',
      durationMs(100, 3_600_000),
      defaults.slowClientGraceMs,
    ),
    maxBatch: one('max-batch', wholeNumber(0, 10_000), defaults.maxBatch),
    cwd: all('cwd')[0] ?? defaults.cwd,
    env: all('env').map(environmentEntry),
    inheritEnv: options.has('inherit-env'),
    threads: one('threads', wholeNumber(1, MAX_THREADS), defaults.threads),
    kernel: one('kernel', oneOf(KERNELS), defaults.kernel),
    offload: one('offload', oneOf(OFFLOADS), defaults.offload),
    maxPayloadBytes: one(
      'max-payload',
      byteSize(1024, LARGEST_PAYLOAD_BYTES),
      defaults.maxPayloadBytes,
    ),
    receiveBufferBytes: one(
      'receive-buffer',
      byteSize(1024, 1024 * MEBIBYTE),
      defaults.receiveBufferBytes,
    ),
    maxConnections: one('max-connections', wholeNumber(1, 1_000_000), defaults.maxConnections),
    maxConnectionsPerAddress: one(
      'max-connections-per-address',
      wholeNumber(0, 1_000_000),
      defaults.maxConnectionsPerAddress,
    ),
    pingIntervalSeconds: one(
      'ping-interval',
      wholeSeconds(1, MAX_PING_INTERVAL_SECONDS),
      defaults.pingIntervalSeconds,
    ),
    allowedOrigins: all('allow-origin').map(allowedOrigin),
    allowedHosts: all('allow-host').map(allowedHost),
    tls: tlsFiles(all('tls-cert')[0], all('tls-key')[0]),
    onMalformed: one('on-malformed', oneOf(ON_MALFORMED), defaults.onMalformed),
    drainTimeoutMs: one('drain-timeout', durationMs(0, 3_600_000), defaults.drainTimeoutMs),
    logLevel: one('log-level', oneOf(LOG_LEVELS), defaults.logLevel),
    logFormat: one(
      'log-format',
      oneOf(LOG_FORMATS),
      process.env.LOG_FORMAT === 'json' ? 'json' : defaults.logFormat,
    ),
    warnings: defaults.warnings,
  };
  checkTogether(config, options.has('allow-remote'));
  const warnings = [
    ...idleOptions(options.keys(), SERVE_OPTIONS, config),
    ...config.env.filter(isMissing).map((name) => `--env ${name}: we have no such variable`),
  ];
  return Object.freeze({ ...config, warnings });
}

/** A duration, rounded up. */
function wholeSeconds(min: number, max: number): ReadValue<number> {
  const read = durationMs(min * 1000, max * 1000);
  return (text, option) => Math.ceil(read(text, option) / 1000);
}

const LAST_PORT = 65_535;

function listenAddress(text: string): ListenAddress {
  if (text === 'stdio' || text === 'stdio://') return { kind: 'stdio' };
  const match = /^(wss?):\/\/(\[[^\]]+\]|[^:/]+):(\d{1,5})\/?$/.exec(text);
  if (match === null) {
    throw usageError(
      `--listen takes ws://IP:PORT, wss://IP:PORT or stdio://; "${text}" is none of these`,
    );
  }
  const host = match[2]!.replace(/^\[|\]$/g, '');
  const port = Number(match[3]);
  if (port > LAST_PORT) {
    throw usageError(`--listen: a port is 0 (any) to ${LAST_PORT}, not ${port}, in "${text}"`);
  }
  return { kind: match[1] as 'ws' | 'wss', host, port };
}

function upstreamTarget(url: string | undefined, command: readonly string[]): UpstreamTarget {
  const [program, ...args] = command;
  if (program !== undefined && url !== undefined) {
    throw usageError('--upstream and a command after -- cannot both be given; leave one out');
  }
  if (program !== undefined) return { kind: 'command', command: program, args };
  if (url === undefined || url === 'echo:') return { kind: 'echo' };
  if (/^wss?:\/\/.+/.test(url) && URL.canParse(url)) return { kind: 'websocket', url };
  throw usageError(`--upstream takes echo:, ws://... or wss://...; "${url}" is none of these`);
}

function handshakeMethods(given: readonly string[], defaults: ServeConfig): readonly string[] {
  if (given.length === 0) return defaults.handshakeMethods;
  if (!given.includes('none')) return given;
  if (given.length === 1) return [];
  throw usageError('--handshake none cannot be given with other methods');
}

function notificationRule(text: string): readonly [string, NotificationRule] {
  const equals = text.lastIndexOf('=');
  const rule = NOTIFICATION_RULES.find((known) => known === text.slice(equals + 1));
  if (equals > 0 && rule !== undefined) return [text.slice(0, equals), rule];
  throw usageError(`--notification takes METHOD=all, oldest or none; "${text}" is none of these`);
}

/** As browsers send it: with a scheme, without a path; anything else would allow nobody. */
function allowedOrigin(text: string): string {
  if (/^(?:\*|null|[a-z][a-z\d+.-]*:\/\/[^\s/]+)$/i.test(text)) return text;
  throw usageError(
    `--allow-origin takes an origin such as https://app.example, or *; "${text}" is neither`,
  );
}

/** It is compared with the name in the Host header, of which the port is no part. */
function allowedHost(text: string): string {
  if (isIP(text) === 6 || /^[^\s/:]+$/.test(text)) return text;
  throw usageError(
    `--allow-host takes a name without a port, such as gateway.example, or *; "${text}" is neither`,
  );
}

function environmentEntry(text: string): string {
  if (!text.startsWith('=')) return text;
  throw usageError(`--env takes NAME or NAME=VALUE; "${text}" is neither`);
}

/** An `--env` entry that passes on what is not there. */
function isMissing(entry: string): boolean {
  return !entry.includes('=') && process.env[entry] === undefined;
}

function tlsFiles(certFile: string | undefined, keyFile: string | undefined): ServeConfig['tls'] {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile !== undefined && keyFile !== undefined) return { certFile, keyFile };
  throw usageError('--tls-cert and --tls-key go together; one is missing');
}

function checkTogether(config: ServeConfig, allowRemote: boolean): void {
  if (config.mode !== 'session' && config.upstream.kind === 'echo') {
    throw usageError(
      `--mode ${config.mode} needs a server to share: a command after --, or --upstream ws://...`,
    );
  }
  if (config.listen.filter(({ kind }) => kind === 'stdio').length > 1) {
    throw usageError('--listen stdio:// can be given once: there is one standard input');
  }
  for (const address of config.listen) {
    if (address.kind === 'stdio') continue;
    if (address.kind === 'wss' && config.tls === null) {
      throw usageError('--listen wss:// needs --tls-cert and --tls-key');
    }
    if (!allowRemote && !isLoopback(address.host)) {
      throw usageError(
        `${address.host} can be reached by other machines, and clients are not authenticated; ` +
          'listen on 127.0.0.1, or say --allow-remote if that is what you want',
      );
    }
  }
}

function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}
