import { KERNELS } from '../../workers/kernel/select-kernel.js';
import {
  defaultServeConfig,
  MODES,
  ON_MALFORMED,
  type ServeConfig,
} from '../config/serve-config.js';
import { usageError } from '../errors.js';
import { FRAMINGS } from '../framing/splitter.js';
import { canonicalHost, isLoopback } from '../frontend/host-address.js';
import { MAX_PING_INTERVAL_SECONDS } from '../frontend/idle-timeout.js';
import { OFFLOADS } from '../lane/offload.js';
import {
  LARGEST_ARRAY_ELEMENTS,
  LARGEST_BUFFER_BYTES,
  LARGEST_CONNECTIONS,
  LARGEST_PAYLOAD_BYTES,
  LARGEST_POOL_SIZE,
  LARGEST_RESTARTS,
  MAX_THREADS,
  SMALLEST_BYTES,
  SMALLEST_GRACE_MS,
} from '../limits.js';
import { LOG_FORMATS, LOG_LEVELS, type LogFormat } from '../log.js';
import { NOTIFICATION_RULES, type NotificationRule } from '../multiplex/notification-rules.js';
import { SERVER_REQUEST_RULES } from '../multiplex/server-request-rule.js';
import { allowedHost, allowedOrigin } from '../options/access-lists.js';
import { type Arguments, parseArguments } from '../options/arguments.js';
import {
  byteSize,
  durationMs,
  oneOf,
  type ReadValue,
  wholeNumber,
} from '../options/value-readers.js';
import { PROFILES } from '../session/profile.js';
import { idleOptions } from './idle-options.js';
import { PEER_OPTIONS } from './peer-options.js';
import { listenAddress, upstreamTarget } from './serve-addresses.js';
import { SERVE_OPTIONS, type ServeOption } from './serve-option-table.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type ServeArguments = Arguments<ServeOption>;

/** Resolves the command line into a frozen configuration. @throws SluiceError SLUICE_ERR_USAGE */
export function parseServeOptions(argv: readonly string[]): ServeConfig {
  const given = parseArguments(argv, SERVE_OPTIONS, PEER_OPTIONS);
  const [extra] = given.positionals;
  if (extra !== undefined) {
    throw usageError(`unexpected argument "${extra}"; a server's command goes after --`);
  }
  const defaults = defaultServeConfig();
  const config: ServeConfig = {
    ...clientOptions(given, defaults),
    ...serverOptions(given, defaults),
    ...sharedServerOptions(given, defaults),
    ...limitOptions(given, defaults),
    ...workAndLogOptions(given, defaults),
    warnings: [],
  };
  checkTogether(config, given.has('allow-remote'));
  const warnings = [
    ...idleOptions(given.names, SERVE_OPTIONS, config),
    ...config.env.filter(isMissing).map((name) => `--env ${name}: we have no such variable`),
  ];
  return Object.freeze({ ...config, warnings });
}

function clientOptions(given: ServeArguments, defaults: ServeConfig) {
  const listen = given.all('listen').map(listenAddress);
  const pingInterval = wholeSeconds(1, MAX_PING_INTERVAL_SECONDS);
  return {
    listen: listen.length > 0 ? listen : defaults.listen,
    stdioFraming: given.read('stdio-framing', oneOf(FRAMINGS)) ?? defaults.stdioFraming,
    pingIntervalSeconds: given.read('ping-interval', pingInterval) ?? defaults.pingIntervalSeconds,
    allowedOrigins: given.all('allow-origin').map((text) => allowedOrigin(text, '--allow-origin')),
    allowedHosts: given.all('allow-host').map((text) => allowedHost(text, '--allow-host')),
    tls: tlsFiles(given.one('tls-cert'), given.one('tls-key')),
  };
}

function serverOptions(given: ServeArguments, defaults: ServeConfig) {
  return {
    upstream: upstreamTarget(given.one('upstream'), given.one('subprotocol'), given.command),
    framing: given.read('framing', oneOf(FRAMINGS)) ?? defaults.framing,
    mode: given.read('mode', oneOf(MODES)) ?? defaults.mode,
    cwd: given.one('cwd') ?? defaults.cwd,
    env: given.all('env').map(environmentEntry),
    inheritEnv: given.has('inherit-env'),
  };
}

function sharedServerOptions(given: ServeArguments, defaults: ServeConfig) {
  const rules = oneOf(SERVER_REQUEST_RULES);
  return {
    poolSize: given.read('pool-size', wholeNumber(1, LARGEST_POOL_SIZE)) ?? defaults.poolSize,
    eager: given.has('eager'),
    idleTimeoutMs: given.read('idle-timeout', durationMs(0, DAY_MS)) ?? defaults.idleTimeoutMs,
    maxRestarts:
      given.read('max-restarts', wholeNumber(0, LARGEST_RESTARTS)) ?? defaults.maxRestarts,
    handshakeMethods: handshakeMethods(given.all('handshake'), defaults),
    profile: given.read('profile', oneOf(PROFILES)) ?? defaults.profile,
    serverRequests: given.read('server-requests', rules) ?? defaults.serverRequests,
    notifications: new Map(given.all('notification').map(notificationRule)),
    clientOverflowBytes:
      given.read('client-overflow', byteSize(SMALLEST_BYTES, LARGEST_BUFFER_BYTES)) ??
      defaults.clientOverflowBytes,
    slowClientGraceMs:
      given.read('slow-client-grace', durationMs(SMALLEST_GRACE_MS, HOUR_MS)) ??
      defaults.slowClientGraceMs,
  };
}

function limitOptions(given: ServeArguments, defaults: ServeConfig) {
  const connections = given.read('max-connections', wholeNumber(1, LARGEST_CONNECTIONS));
  const perAddress = given.read('max-connections-per-address', wholeNumber(0, LARGEST_CONNECTIONS));
  const payload = given.read('max-payload', byteSize(SMALLEST_BYTES, LARGEST_PAYLOAD_BYTES));
  const receiveBuffer = given.read(
    'receive-buffer',
    byteSize(SMALLEST_BYTES, LARGEST_BUFFER_BYTES),
  );
  return {
    maxConnections: connections ?? defaults.maxConnections,
    maxConnectionsPerAddress: perAddress ?? defaults.maxConnectionsPerAddress,
    maxPayloadBytes: payload ?? defaults.maxPayloadBytes,
    maxBatch: given.read('max-batch', wholeNumber(0, LARGEST_ARRAY_ELEMENTS)) ?? defaults.maxBatch,
    receiveBufferBytes: receiveBuffer ?? defaults.receiveBufferBytes,
    requestTimeoutMs:
      given.read('request-timeout', durationMs(0, DAY_MS)) ?? defaults.requestTimeoutMs,
    drainTimeoutMs: given.read('drain-timeout', durationMs(0, HOUR_MS)) ?? defaults.drainTimeoutMs,
    onMalformed: given.read('on-malformed', oneOf(ON_MALFORMED)) ?? defaults.onMalformed,
  };
}

function workAndLogOptions(given: ServeArguments, defaults: ServeConfig) {
  return {
    threads: given.read('threads', wholeNumber(1, MAX_THREADS)) ?? defaults.threads,
    kernel: given.read('kernel', oneOf(KERNELS)) ?? defaults.kernel,
    offload: given.read('offload', oneOf(OFFLOADS)) ?? defaults.offload,
    logLevel: given.read('log-level', oneOf(LOG_LEVELS)) ?? defaults.logLevel,
    logFormat: given.read('log-format', oneOf(LOG_FORMATS)) ?? ownLogFormat() ?? defaults.logFormat,
  };
}

/** As the environment has it; an empty variable says nothing. */
function ownLogFormat(): LogFormat | null {
  const text = process.env['LOG_FORMAT'] ?? '';
  return text === '' ? null : oneOf(LOG_FORMATS)(text, 'LOG_FORMAT in the environment');
}

/** A duration, rounded up. */
function wholeSeconds(min: number, max: number): ReadValue<number> {
  const read = durationMs(min * 1000, max * 1000);
  return (text, what) => Math.ceil(read(text, what) / 1000);
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

function environmentEntry(text: string): string {
  if (!text.startsWith('=')) return text;
  throw usageError(`--env takes NAME or NAME=VALUE; "${text}" is neither`);
}

/** An `--env` entry that passes on what is not there. */
function isMissing(entry: string): boolean {
  return !entry.includes('=') && process.env[entry] === undefined;
}

function tlsFiles(certFile: string | null, keyFile: string | null): ServeConfig['tls'] {
  if (certFile === null && keyFile === null) return null;
  if (certFile !== null && keyFile !== null) return { certFile, keyFile };
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
    if (!allowRemote && !isLoopback(canonicalHost(address.host))) {
      throw usageError(
        `${address.host} can be reached by other machines, and clients are not authenticated; ` +
          'listen on 127.0.0.1, or say --allow-remote if that is what you want',
      );
    }
  }
}
