import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';

const SCRIPT = `
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { OrphanGuard } from '${new URL('../../src/upstream/orphan-guard.js', import.meta.url).href}';
import { childrenOf } from '${new URL('../support/process-table.js', import.meta.url).href}';

const warnings = [];
const guard = new OrphanGuard({ warn: (...said) => warnings.push(said.at(-1)) });
const child = spawn('sleep', ['60'], { detached: true, stdio: 'ignore' });
const taken = [];
try {
  for (;;) taken.push(openSync('/dev/null', 'r'));
} catch {}
guard.watch(child.pid);
await setTimeout(0);
taken.forEach((descriptor) => closeSync(descriptor));
const guards = () => childrenOf(process.pid).filter((pid) => pid !== child.pid).length;
while (guards() === 0) await setTimeout(10);
console.log(warnings[0], guards());
child.kill('SIGKILL');
guard.close();
process.exit();`;

test('a guard for which there was no descriptor is started again', () => {
  const node = [process.execPath, '--input-type=module', '-e', SCRIPT];
  const args = ['-c', 'ulimit -n 64; exec "$@"', 'sh', ...node];
  const { stdout, stderr } = spawnSync('/bin/sh', args, { encoding: 'utf8', timeout: 60_000 });
  assert.deepEqual([stdout, stderr], ['server processes have no guard 1\n', '']);
});
