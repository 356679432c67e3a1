import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { describe, test } from 'node:test';
import { endGroup, signalGroup } from '../../src/upstream/process-group.js';

/** A process group of its own whose program has said that it is ready. */
async function group(script: string): Promise<ChildProcessByStdio<null, Readable, null>> {
  const child = spawn('sh', ['-c', script], {
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  return child;
}

describe('a process group', () => {
  test('is asked to end, with everything in it', async () => {
    const child = await group('sleep 60 & echo ready; wait');
    const exited = once(child, 'exit');
    assert.equal(signalGroup(child.pid!, 0), true);
    await endGroup(child.pid!, 100);
    assert.deepEqual(await exited, [null, 'SIGTERM']);
    assert.equal(signalGroup(child.pid!, 0), false);
  });

  test('is ended when it does not hear', async () => {
    const child = await group(`trap '' TERM; sleep 60 & echo ready; wait; wait`);
    const exited = once(child, 'exit');
    await endGroup(child.pid!, 100);
    assert.deepEqual(await exited, [null, 'SIGKILL']);
    assert.equal(signalGroup(child.pid!, 0), false);
  });

  test('that has gone by itself is left alone', async () => {
    const child = await group('echo ready');
    if (child.exitCode === null) await once(child, 'exit');
    await endGroup(child.pid!, 10_000);
    assert.equal(signalGroup(child.pid!, 'SIGKILL'), false);
  });
});
