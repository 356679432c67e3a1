import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { generateParams } from '../../src/bench/payload/generated-params.js';
import { type Installation, peerPackage } from './installation.js';
import { BENCH, BUILT_PEERS, findProgram, ROOT, SLUICE } from './paths.js';
import { freePort, type ServerCommand } from './server-process.js';

/** A server under test. */
export interface Contender {
  readonly name: string;
  /** What the generator sends it, requests of that size, and what it must answer. */
  flags(bytes: number): readonly string[];
  /** An error is the right reply, and nothing else is. */
  readonly answersWithErrors?: true;
  /** Why it cannot be measured here; null where it can. */
  missing(installation: Installation): string | null;
  command(installation: Installation): Promise<ServerCommand>;
}

const NODE = process.execPath;
const LOOPBACK = '127.0.0.1';
const SERVE = [NODE, SLUICE, 'serve', '--listen', `ws://${LOOPBACK}:0`, '--log-level', 'error'];
const CODEX = join(ROOT, 'node_modules/@openai/codex/bin/codex.js');

const noEcho = ({ echoProgram }: Installation): string | null =>
  echoProgram === null ? 'the stdio echo is not compiled' : null;

const noPeer = (name: string) => (installation: Installation) =>
  existsSync(peerPackage(name)) ? noEcho(installation) : `${name} is not installed`;

/** The request that everybody gets; the result must be its params. */
function echoFlags(bytes: number): readonly string[] {
  const params = generateParams(bytes, '2.0', 'echo', 1);
  return ['--payload-size', String(bytes), '--expect-result', JSON.stringify(params)];
}

/** A server that prints its URL and answers with the params. */
function echoing(
  name: string,
  argv: (installation: Installation) => readonly string[],
  missing: Contender['missing'] = () => null,
): Contender {
  return {
    name,
    flags: echoFlags,
    missing,
    command: (installation) => Promise.resolve({ argv: argv(installation), url: null }),
  };
}

/** Sluice's built-in echo. */
export const sluice = echoing('Sluice', () => SERVE);

/** Sluice with a process for each client. */
export const sluiceSession = echoing(
  'Sluice, a process per client',
  ({ echoProgram }) => [...SERVE, '--', echoProgram!],
  noEcho,
);

/** Sluice with one process for all clients. */
export const sluiceShared = echoing(
  'Sluice, one shared process',
  ({ echoProgram }) => [...SERVE, '--mode', 'shared', '--', echoProgram!],
  noEcho,
);

/**
 * The same with a progress token in each request, as many MCP clients send it: the gateway has to
 * rewrite that, too.
 */
export const sluiceSharedTokens: Contender = {
  ...sluiceShared,
  name: 'Sluice, one shared process, progress tokens',
  flags: (bytes) => ['--params', JSON.stringify(paramsWithToken(bytes))],
};

/** Params of a request of so many bytes. */
function paramsWithToken(bytes: number): object {
  const params = (pad: string) => ({ _meta: { progressToken: '{{sequence}}' }, pad });
  const request = { jsonrpc: '2.0', id: 100_000, method: 'echo', params: params('') };
  return params('x'.repeat(Math.max(0, bytes - JSON.stringify(request).length)));
}

/** Sluice with a connection for each client to another Sluice. */
export const sluiceToWebSocket = echoing('Sluice, a ws:// server behind it', () => [
  NODE,
  join(BUILT_PEERS, 'sluice-to-websocket.js'),
]);

/** Sluice's library on its own WebSockets, and on those of `ws`. */
export const libraryUws = echoing('Sluice library, acceptWebSockets', () => [
  NODE,
  ...[join(BUILT_PEERS, 'library-echo.js'), 'uws'],
]);
export const libraryWs = echoing('Sluice library, sockets of ws', () => [
  NODE,
  ...[join(BUILT_PEERS, 'library-echo.js'), 'ws'],
]);

export const wsJson = echoing('ws + JSON', () => [NODE, join(BUILT_PEERS, 'plain-ws-echo.js')]);

export const uwsJson = echoing('uWebSockets.js + JSON', () => [
  NODE,
  join(BUILT_PEERS, 'uws-json-echo.js'),
]);

/** Sends each request back as it is: no JSON at all, the limit of the socket library. */
export const uwsRaw: Contender = {
  name: 'raw uWebSockets.js echo',
  flags: (bytes) => ['--payload-size', String(bytes), '--allow-echo'],
  missing: () => null,
  command: () => Promise.resolve({ argv: [NODE, join(BUILT_PEERS, 'raw-echo.js')], url: null }),
};

/**
 * The Rust original. It has no echo and answers the others' request with an error (no such
 * method), having read all of it: of what it can be asked with params of any size, that
 * seemed the quickest (docs/performance.md). So it reads what the others read, and writes
 * less.
 */
export const codex: Contender = {
  name: 'codex exec-server (Rust)',
  flags: (bytes) => ['--preset', 'codex', '--method', 'echo', '--payload-size', String(bytes)],
  answersWithErrors: true,
  missing: () => (existsSync(CODEX) ? null : '@openai/codex is not installed'),
  command: ({ scratch }) =>
    Promise.resolve({
      argv: [NODE, CODEX, 'exec-server', '--listen', `ws://${LOOPBACK}:0`],
      env: { CODEX_HOME: scratch },
      url: null,
    }),
};

/**
 * One process for all clients, ids rewritten; listens on all interfaces, which it has no option
 * for.
 */
export const supergateway: Contender = {
  name: 'supergateway',
  flags: echoFlags,
  missing: noPeer('supergateway'),
  command: async ({ echoProgram }) => {
    const port = await freePort();
    const program = join(peerPackage('supergateway'), 'dist/index.js');
    const options = ['--stdio', echoProgram!, '--outputTransport', 'ws', '--port', String(port)];
    return {
      argv: [NODE, program, ...options, '--messagePath', '/', '--logLevel', 'none'],
      url: `ws://${LOOPBACK}:${port}/`,
    };
  },
};

/** A process for each client, lines passed on as they are, no JSON. */
export const websocketd: Contender = {
  name: 'websocketd',
  flags: echoFlags,
  missing: (installation) =>
    findProgram('websocketd') === null ? 'it is not on the PATH' : noEcho(installation),
  command: async ({ echoProgram }) => {
    const port = await freePort();
    const options = [`--address=${LOOPBACK}`, `--port=${port}`, '--loglevel=error'];
    return {
      argv: [findProgram('websocketd')!, ...options, echoProgram!],
      url: `ws://${LOOPBACK}:${port}/`,
    };
  },
};

/** A process for each client, messages with Content-Length headers. */
export const languageBridge = echoing(
  'vscode-ws-jsonrpc',
  ({ echoProgram }) => [
    NODE,
    join(BENCH, 'peers/vscode-bridge.mjs'),
    echoProgram!,
    '--content-length',
  ],
  noPeer('vscode-ws-jsonrpc'),
);
