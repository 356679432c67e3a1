import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { median } from '../src/bench/statistics/median.js';
import { parseServeOptions } from '../src/cli/serve-options.js';
import { Gateway } from '../src/gateway.js';
import { TRIM_HEAP_MS, YOUNG_GENERATION_BYTES } from '../src/limits.js';
import { silentLogger } from '../src/log.js';
import { PortableKernel } from '../workers/kernel/portable-kernel.js';

const hasTriedV8 = process.versions.v8.startsWith('11.');
const moduleAt = (path: string): string => new URL(path, import.meta.url).href;

/** What is done once the young generation has reached its bound. */
const NOTHING = '';
const BOUND = 'new ProcessMemory(kernel);';
const BOUND_AND_CLOSE = 'new ProcessMemory(kernel).close();';

/** Prints what the young generation is after a while in which much survives, with `act` from its bound on. */
const script = (act: string): string => `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { ProcessMemory } from '${moduleAt('../src/process-memory.js')}';
  import { PortableKernel } from '${moduleAt('../workers/kernel/portable-kernel.js')}';
  import { createIdStore } from '${moduleAt('../workers/id-store.js')}';
  const youngBytes = () =>
    getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
  const kept = new Array(20_000);
  const churn = (times) => {
    for (let n = 0; n < times; n++) kept[n % kept.length] = { n, text: [n, n, n, n] };
  };
  while (youngBytes() < ${YOUNG_GENERATION_BYTES}) churn(1_000);
  const kernel = new PortableKernel(createIdStore());
  ${act}
  churn(5_000_000);
  console.log(youngBytes());
`;

function youngBytes(act: string): number {
  const args = ['--input-type=module', '-e', script(act)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('the young generation of a gateway stays at its bound', { skip: !hasTriedV8 }, () => {
  assert.ok(youngBytes(NOTHING) > YOUNG_GENERATION_BYTES);
  assert.equal(youngBytes(BOUND), YOUNG_GENERATION_BYTES);
});

test('it grows again when the gateway has stopped', { skip: !hasTriedV8 }, () => {
  assert.ok(youngBytes(BOUND_AND_CLOSE) > YOUNG_GENERATION_BYTES);
});

/** What the main thread spent in each collection on freeing memory outside of the heap, in ms as V8 says it. */
function freedHereMs(act: string): number[] {
  const code = `
    import { ProcessMemory } from '${moduleAt('../src/process-memory.js')}';
    import { PortableKernel } from '${moduleAt('../workers/kernel/portable-kernel.js')}';
    import { createIdStore } from '${moduleAt('../workers/id-store.js')}';
    const kernel = new PortableKernel(createIdStore());
    ${act}
    let sum = 0;
    for (let n = 0; n < 300_000; n++) {
      new ArrayBuffer(64);
      // Another thread, where there is one, is done before the next collection.
      for (let i = 0; i < 1_000; i++) sum += i;
    }
    process.exitCode = sum > 0 ? 0 : 1;`;
  const args = ['--trace-gc-nvp', '--input-type=module', '-e', code];
  const trace = execFileSync(process.execPath, args, { encoding: 'utf8' });
  return [...trace.matchAll(/ scavenge\.sweep_array_buffers=(\S+)/g)].map(([, ms]) => Number(ms));
}

test("what messages have outside of the heap is freed by the main thread, V8's way after the gateway", {
  skip: !hasTriedV8,
}, () => {
  const [here, elsewhere] = [BOUND, BOUND_AND_CLOSE].map((act) => median(freedHereMs(act)));
  assert.ok(here! > 4 * elsewhere!, `${here} and ${elsewhere} ms`);
});

test('freed memory goes back again and again, until the gateway has stopped', async (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const trimHeap = t.mock.method(PortableKernel.prototype, 'trimHeap');
  const args = ['--listen', 'ws://127.0.0.1:0', '--kernel', 'portable', '--threads', '1'];
  const gateway = await Gateway.start(parseServeOptions(args), silentLogger());
  t.mock.timers.tick(2 * TRIM_HEAP_MS);
  assert.equal(trimHeap.mock.callCount(), 2);
  await gateway.stop();
  t.mock.timers.tick(2 * TRIM_HEAP_MS);
  assert.equal(trimHeap.mock.callCount(), 2);
});
