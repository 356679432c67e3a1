import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { Lane } from '../../src/lane/lane.js';
import { inlineBounds } from '../../src/lane/offload.js';
import { WorkerPool, type WorkerPoolOptions } from '../../src/lane/worker-pool.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';
import { capturedLog } from '../support/captured-log.js';
import { fixtureFile } from '../support/fixture.js';
import { RecordedFlow } from '../support/recorded-flow.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { within } from '../support/until.js';

// New threads get this as their heap, so that the one that fills it does so at once.
setFlagsFromString('--max-old-space-size=64');

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY);
const CONNECTIONS = 20;
const MESSAGES = 500;

/** What every connection sends; the 251st message of the third one is the one with `word`. */
function loads(word: string): string[][] {
  return Array.from({ length: CONNECTIONS }, (_, connection) =>
    Array.from({ length: MESSAGES }, (__, n) => {
      const method = connection === 2 && n === 250 ? word : 'm';
      return `{"id":${n},"method":"${method}","params":["${connection}"]}`;
    }),
  );
}

/** A pool of a worker of test/fixtures/workers, ended with its test. */
async function startPool(
  t: TestContext,
  worker: string,
  options: Partial<WorkerPoolOptions> = {},
): Promise<{ pool: WorkerPool; lane: Lane; messages: string[] }> {
  const folder = temporaryFolder(t);
  process.env['SLUICE_TEST_ONCE'] = join(folder, 'once');
  process.env['SLUICE_TEST_DEAD'] = join(folder, 'dead');
  const { log, messages } = capturedLog();
  const ids = createIdStore();
  const pool = await WorkerPool.start({
    threads: 2,
    kernel: 'portable',
    ids,
    log,
    worker: pathToFileURL(fixtureFile(`workers/${worker}`)),
    ...options,
  });
  t.after(() => pool.close());
  const kernel = new PortableKernel(ids);
  const lane = new Lane({ runner: pool, kernel, ...inlineBounds('always', kernel), log });
  return { pool, lane, messages };
}

/** The error reply among the outputs that stands in place of a message. */
function errorIn(output: string): string {
  assert.match(output, /^bad: /);
  return output.slice('bad: '.length);
}

async function run(lane: Lane, frames: readonly string[][]): Promise<string[][]> {
  const connections = frames.map((some) => new RecordedFlow(lane, PASS, some));
  for (const connection of connections) connection.start();
  await within('everything is delivered', Promise.all(connections.map(({ done }) => done)));
  return connections.map(({ outputs }) => outputs);
}

for (const [worker, what] of [
  ['dies', 'dies'],
  ['hangs', 'hangs'],
  ['throws', 'throws'],
  ['out-of-memory', 'runs out of memory'],
] as const) {
  test(`nothing is lost, and the order is kept, when a worker ${what} in the middle of a load`, async (t) => {
    const { lane, messages } = await startPool(t, worker, { batchTimeoutMs: 500 });
    const sent = loads('trouble');
    assert.deepEqual(await run(lane, sent), sent);
    assert.ok(messages.includes('a worker failed; its batch runs again'));
    assert.deepEqual(await run(lane, sent), sent);
  });

  test(`a big message is not lost either when its worker ${what}`, async (t) => {
    const { lane, messages } = await startPool(t, worker, { batchTimeoutMs: 500 });
    const sent = [[`{"id":1,"method":"trouble","params":"${'x'.repeat(1_000_000)}"}`]];
    assert.deepEqual(await run(lane, sent), sent);
    assert.ok(messages.includes('a worker failed; its batch runs again'));
  });
}

test('a message that ends every worker that gets it is answered with an error, and all others pass', async (t) => {
  const { lane } = await startPool(t, 'dies-of-poison');
  const sent = loads('poison');
  const [, , poisoned, ...others] = await run(lane, sent);
  assert.deepEqual(others, sent.slice(3));
  const reply = JSON.parse(errorIn(poisoned![250]!)) as {
    id: number;
    error: { code: number; data: object };
  };
  assert.deepEqual([reply.id, reply.error.code], [250, -32603]);
  assert.deepEqual(reply.error.data, { reason: 'worker_failed', retryable: false });
  assert.deepEqual(poisoned!.toSpliced(250, 1), sent[2]!.toSpliced(250, 1));
});

test('a message that hangs every worker that gets it does no harm to one that waits behind it', async (t) => {
  const { lane } = await startPool(t, 'hangs-of-poison', { threads: 1, batchTimeoutMs: 200 });
  const big = (word: string): string =>
    `{"id":1,"method":"${word}","params":"${'x'.repeat(500_000)}"}`;
  const [poisoned, waiting] = await run(lane, [[big('poison')], [big('m')]]);
  assert.match(errorIn(poisoned![0]!), /"id":1,"error":\{"code":-32603,/);
  assert.deepEqual(waiting, [big('m')]);
});

test('messages are processed here while a pool has no workers and cannot replace them', async (t) => {
  const { lane, messages } = await startPool(t, 'dies-and-stays-dead', {
    threads: 1,
    batchTimeoutMs: 400,
  });
  const dead = process.env['SLUICE_TEST_DEAD']!;
  writeFileSync(dead, '');
  const sent = [['{"id":1,"method":"trouble"}', '{"id":2,"method":"m"}', '{"method":"n"}']];
  assert.deepEqual(await run(lane, sent), sent);
  assert.ok(messages.includes('the worker pool is replaced'));
  assert.ok(messages.includes('no worker takes a batch; the main thread processes it'));
  rmSync(dead);
  assert.deepEqual(await run(lane, [['{"id":3,"method":"m"}']]), [['{"id":3,"method":"m"}']]);
});

for (const [worker, what] of [
  ['throws-at-start', 'throws'],
  ['hangs-at-start', 'hangs'],
  ['exits-at-start', 'exits'],
  ['there-is-no-such-worker', 'is missing'],
] as const) {
  test(`a pool whose worker ${what} at the start is a clear error within bounded time`, async (t) => {
    await within(
      'the error',
      assert.rejects(startPool(t, worker, { startTimeoutMs: 1000 }), {
        code: 'SLUICE_ERR_WORKER_POOL',
        message: /^the worker pool cannot start: /,
      }),
      5000,
    );
  });
}
