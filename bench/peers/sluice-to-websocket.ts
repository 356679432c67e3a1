/**
 * Sluice in front of another Sluice, its echo, over `ws://`. Prints its URL; ends when its stdin
 * does.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { SLUICE } from '../comparison/paths.js';

const SERVE = ['serve', '--listen', 'ws://127.0.0.1:0', '--log-level', 'error'];

async function serve(...options: string[]): Promise<{ process: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [SLUICE, ...SERVE, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { process: child, url: line.toString().trim() };
}

const server = await serve();
const gateway = await serve('--upstream', server.url);
process.stdout.write(`${gateway.url}\n`);
process.stdin.resume().on('end', () => {
  for (const { process: child } of [gateway, server]) child.kill('SIGTERM');
  process.exit(0);
});
