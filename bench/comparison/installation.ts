import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BENCH, findProgram, ROOT } from './paths.js';

/** What the servers under test need on this machine. */
export interface Installation {
  /** A folder of our own, removed at the end. */
  readonly scratch: string;
  /** The compiled stdio echo; null where there is no compiler. */
  readonly echoProgram: string | null;
  /** By name, for the record. Only what is there. */
  readonly versions: Readonly<Record<string, string>>;
  remove(): void;
}

/** For servers that need nothing but this repository. */
export const NOTHING_INSTALLED: Installation = {
  scratch: tmpdir(),
  echoProgram: null,
  versions: {},
  remove: () => undefined,
};

const PEER_PACKAGES = ['supergateway', 'vscode-ws-jsonrpc'];
const ROOT_PACKAGES = ['ws', 'uWebSockets.js', '@openai/codex'];

/** Installs the peers where they are missing, and compiles the echo. Says what it cannot do. */
export function install(say: (line: string) => void): Installation {
  if (!PEER_PACKAGES.every((name) => existsSync(peerPackage(name)))) installPeers(say);
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-peers-'));
  const echoProgram = compileEcho(join(scratch, 'stdio-echo'), say);
  return {
    scratch,
    echoProgram,
    versions: readVersions(),
    remove: () => {
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** Where a package of bench/package.json is, installed or not. */
export function peerPackage(name: string): string {
  return join(BENCH, 'node_modules', name);
}

function installPeers(say: (line: string) => void): void {
  say('installing the peers (npm ci in bench/)');
  // What npm told this process's npm run is about the root package.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^npm_(config_local_prefix|config_prefix|package|lifecycle)/.test(name),
    ),
  );
  const { status, error, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit'], {
    cwd: BENCH,
    env,
    encoding: 'utf8',
  });
  if (status === 0) return;
  // Where npm cannot be started at all there is an error, and no stderr.
  const said = error?.message ?? stderr.split('\n').find((line) => line.startsWith('npm error'));
  const why = said ?? `npm ended with ${String(status)}`;
  say(`the peers of bench/package.json cannot be installed, they are left out: ${why}`);
}

function compileEcho(path: string, say: (line: string) => void): string | null {
  const source = join(BENCH, 'peers/stdio-echo.c');
  const compiler = process.env.CC ?? 'cc';
  const { status, error, stderr } = spawnSync(
    compiler,
    ['-O2', '-D_GNU_SOURCE', '-o', path, source],
    { encoding: 'utf8' },
  );
  if (status === 0) return path;
  say(
    `no stdio echo, gateways in front of processes are left out: ${compiler}: ` +
      (error?.message ?? stderr.trim().split('\n')[0]!),
  );
  return null;
}

function readVersions(): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of ROOT_PACKAGES) found[name] = versionIn(join(ROOT, 'node_modules', name));
  for (const name of PEER_PACKAGES) {
    if (existsSync(peerPackage(name))) found[name] = versionIn(peerPackage(name));
  }
  const websocketd = findProgram('websocketd');
  if (websocketd !== null) {
    const said = execFileSync(websocketd, ['--version'], { encoding: 'utf8' });
    found['websocketd'] = /\d[\d.]*/.exec(said)?.[0] ?? 'unknown';
  }
  return found;
}

function versionIn(folder: string): string {
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
