import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PeerCommand } from './peer-process.js';

/** From dist/bench/peers/ to the repository's root. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface Peer {
  readonly name: string;
  readonly command: PeerCommand;
  /** What the load generator has to be told besides. */
  readonly benchArgs?: readonly string[];
  /** It stalls or fails with larger messages: they are left out, and the table says so. */
  readonly maxBytes?: number;
}

/** Compiles the echo program that all process peers run. */
export function compileStdioEcho(): string {
  const program = join(mkdtempSync(join(tmpdir(), 'sluice-peers-')), 'stdio-echo');
  const source = join(ROOT, 'bench/peers/stdio-echo.c');
  execFileSync('cc', ['-O2', '-D_GNU_SOURCE', '-o', program, source]);
  return program;
}

const node = (file: string, args: readonly string[] = []): PeerCommand => ({
  program: process.execPath,
  args: [here(file), ...args],
});

/** Sluice with these options of `serve`. */
export function sluice(args: readonly string[]): PeerCommand {
  const base = ['serve', '--log-level', 'error', '--listen', 'ws://127.0.0.1:0'];
  return { program: process.execPath, args: [CLI, ...base, ...args] };
}

/** uWebSockets.js and nothing else. */
export function rawEcho(): PeerCommand {
  return node('./raw-echo.js');
}

/** Servers that answer by themselves. */
export function echoPeers(port: number): Peer[] {
  const codex = join(ROOT, 'node_modules/.bin/codex');
  const peers: Peer[] = [
    { name: 'sluice', command: sluice([]) },
    { name: 'raw uWebSockets.js', command: rawEcho(), benchArgs: ['--allow-echo'] },
    { name: 'ws + JSON', command: node('./plain-ws-echo.js') },
    { name: 'uWebSockets.js + JSON', command: node('./uws-json-echo.js') },
  ];
  const url = `ws://127.0.0.1:${port}`;
  if (existsSync(codex)) {
    peers.push({
      name: 'codex exec-server (Rust)',
      command: { program: codex, args: ['exec-server', '--listen', url], url },
      // It knows no echo: an unknown method is parsed like any other and answered with an error.
      benchArgs: ['--preset', 'codex', '--method', 'sluice/unknown'],
    });
  }
  return peers;
}

/** Gateways in front of the echo program, a process for each client. */
export function processPeers(echo: string, port: number): Peer[] {
  const peers: Peer[] = [{ name: 'sluice', command: sluice(['--', echo]) }];
  const websocketd = ['/usr/bin/websocketd', '/usr/local/bin/websocketd'].find(existsSync);
  if (websocketd !== undefined) {
    const url = `ws://127.0.0.1:${port}`;
    const args = ['--address=127.0.0.1', `--port=${port}`, '--loglevel=error', echo];
    // It stood still at 12 KB when it was tried.
    peers.push({ name: 'websocketd', command: { program: websocketd, args, url }, maxBytes: 4096 });
  }
  const bridge = join(ROOT, 'bench/node_modules/vscode-ws-jsonrpc');
  if (existsSync(bridge)) {
    const args = [join(ROOT, 'bench/peers/vscode-bridge.mjs'), echo, '--content-length'];
    peers.push({ name: 'vscode-ws-jsonrpc', command: { program: process.execPath, args } });
  }
  return [...peers, ...supergateway(echo, port + 1)];
}

/** One process for all clients. */
export function sharedPeers(echo: string, port: number): Peer[] {
  const command = sluice(['--mode', 'shared', '--', echo]);
  return [{ name: 'sluice', command }, ...processPeers(echo, port).slice(1)];
}

function supergateway(echo: string, port: number): Peer[] {
  const program = join(ROOT, 'bench/node_modules/.bin/supergateway');
  if (!existsSync(program)) return [];
  const args = ['--stdio', echo, '--outputTransport', 'ws', '--port', String(port)];
  const url = `ws://127.0.0.1:${port}/message`;
  return [
    { name: 'supergateway', command: { program, args: [...args, '--logLevel', 'none'], url } },
  ];
}
