import { LOG_LEVELS } from '../log.js';
import type { OptionGroup } from '../options/options-help.js';
import type { ServeOptionSpec } from './idle-options.js';

const CLIENTS = {
  listen: {
    value: 'URL',
    multiple: true,
    help: 'ws://IP:PORT, wss://IP:PORT or stdio://; port 0 picks one [ws://127.0.0.1:4000]',
  },
  'allow-remote': {
    needs: 'websocket',
    help: 'listen on an address that other machines reach, without authentication',
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
  'tls-cert': { needs: 'tls', value: 'FILE', help: 'certificate for wss:// (PEM)' },
  'tls-key': { needs: 'tls', value: 'FILE', help: 'its key (PEM)' },
  'ping-interval': {
    needs: 'websocket',
    value: 'DURATION',
    help: 'ping silent clients after this [30s]',
  },
  'stdio-framing': {
    needs: 'stdio',
    value: 'NAME',
    help: 'our own stdio, with --listen stdio:// [ndjson]',
  },
} as const satisfies ServeOptionSpecs;

const SERVERS = {
  upstream: { value: 'URL', help: 'echo:, ws://... or wss://...; or a command after -- [echo:]' },
  subprotocol: {
    needs: 'upstream',
    value: 'NAME',
    help: 'asked of a ws:// server, such as mcp [none]',
  },
  mode: {
    value: 'MODE',
    help: 'session: a server for each client; shared: one for all; pool: several [session]',
  },
  framing: {
    needs: 'command',
    value: 'NAME',
    help: "the command's stdio: ndjson or content-length [ndjson]",
  },
  cwd: { needs: 'command', value: 'DIR', help: "the command's working directory" },
  env: {
    needs: 'command',
    value: 'NAME[=VALUE]',
    multiple: true,
    help: 'a variable for the command, ours or with this value',
  },
  'inherit-env': { needs: 'command', help: 'give the command our whole environment' },
  profile: { value: 'NAME', help: 'mcp, lsp, codex or plain [guessed from the handshake]' },
} as const satisfies ServeOptionSpecs;

const SHARED_SERVERS = {
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
  'client-overflow': {
    needs: 'shared',
    value: 'SIZE',
    help: 'what a client of a shared server may leave unread [16MiB]',
  },
  'slow-client-grace': {
    needs: 'shared',
    value: 'DURATION',
    help: 'how long it may leave a ring of messages unread [5s]',
  },
} as const satisfies ServeOptionSpecs;

const LIMITS = {
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
  'max-payload': { value: 'SIZE', help: 'largest message; above it 1009, on stdio -32007 [16MiB]' },
  'max-batch': { value: 'N', help: 'elements of a JSON-RPC batch; 0 refuses batches [100]' },
  'receive-buffer': {
    needs: 'websocket',
    value: 'SIZE',
    help: 'for what a WebSocket client sends ahead of its server [4MiB]',
  },
  'request-timeout': { value: 'DURATION', help: 'for the answer to a request; 0s: none [0s]' },
  'drain-timeout': {
    value: 'DURATION',
    help: 'at a stop or the end of input, for what is in flight [10s]',
  },
  'on-malformed': {
    value: 'WHAT',
    help: 'with a bad message: answer, or disconnect (1007) [answer]',
  },
} as const satisfies ServeOptionSpecs;

const WORK_AND_LOG = {
  threads: { value: 'N', help: 'worker threads [cores minus one, at least one]' },
  kernel: { value: 'NAME', help: 'auto, native or portable [auto]' },
  offload: { value: 'WHEN', help: 'to the workers: adaptive, always or never [adaptive]' },
  'log-level': { value: 'LEVEL', help: `${LOG_LEVELS.join(', ')} [info]` },
  'log-format': { value: 'FORMAT', help: 'text or json, on stderr [text]' },
  help: { short: 'h', help: 'show this' },
} as const satisfies ServeOptionSpecs;

type ServeOptionSpecs = Readonly<Record<string, ServeOptionSpec>>;

/** The options of `sluice serve`, as --help shows them. */
export const SERVE_OPTION_GROUPS: readonly OptionGroup[] = [
  { title: 'Clients', options: CLIENTS },
  { title: 'Servers', options: SERVERS },
  { title: 'Shared servers', options: SHARED_SERVERS },
  { title: 'Limits', options: LIMITS },
  { title: 'Threads and log', options: WORK_AND_LOG },
];

export const SERVE_OPTIONS = {
  ...CLIENTS,
  ...SERVERS,
  ...SHARED_SERVERS,
  ...LIMITS,
  ...WORK_AND_LOG,
};

export type ServeOption = keyof typeof SERVE_OPTIONS;
