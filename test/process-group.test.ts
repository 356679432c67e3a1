import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { endGroup, signalGroup } from '../src/process-group.js';
import { isAlive } from './support/process-table.js';

type Child = ChildProcessByStdio<null, Readable, null>;

/** A process group of its own; its program has said the number of another process in it. */
async function group(script: string): Promise<{ child: Child; other: number }> {
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  return { child, other: Number(line) };
}

describe('a process group', () => {
  test('is asked to end, with everything in it', async () => {
    const { child, other } = await group('sleep 60 & echo $!; wait');
    const exited = once(child, 'exit');
    assert.equal(signalGroup(child.pid!, 0), true);
    assert.equal(isAlive(other), true);
    await endGroup(child.pid!, 100);
    assert.deepEqual(await exited, [null, 'SIGTERM']);
    assert.equal(isAlive(other), false);
  });

  test('is ended when it does not hear', async () => {
    const { child, other } = await group(`trap '' TERM; sleep 60 & echo $!; wait; wait`);
    const exited = once(child, 'exit');
    await endGroup(child.pid!, 100);
    assert.deepEqual(await exited, [null, 'SIGKILL']);
    assert.equal(isAlive(other), false);
  });

  test('that has gone by itself is left alone', async () => {
    const { child } = await group('echo $$');
    if (child.exitCode === null) await once(child, 'exit');
    await endGroup(child.pid!, 10_000);
    assert.equal(signalGroup(child.pid!, 'SIGKILL'), false);
  });
});
