import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { parseServeOptions } from '../src/cli/serve-options.js';
import { Gateway } from '../src/gateway.js';
import { TRIM_HEAP_MS, YOUNG_GENERATION_BYTES } from '../src/limits.js';
import { silentLogger } from '../src/log.js';
import { PortableKernel } from '../workers/kernel/portable-kernel.js';
import { temporaryFolder } from './support/temporary-folder.js';

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

/** How often this thread, and another one, freed what array buffers had outside of the heap: V8's own trace. */
function freedBy(
  t: TestContext,
  act: string,
): { readonly here: number; readonly elsewhere: number } {
  const code = `
    import { ProcessMemory } from '${moduleAt('../src/process-memory.js')}';
    import { PortableKernel } from '${moduleAt('../workers/kernel/portable-kernel.js')}';
    import { createIdStore } from '${moduleAt('../workers/id-store.js')}';
    const kernel = new PortableKernel(createIdStore());
    ${act}
    for (let n = 0; n < 500_000; n++) new ArrayBuffer(64);`;
  const cwd = temporaryFolder(t);
  const flags = ['--trace-event-categories', 'disabled-by-default-v8.gc'];
  execFileSync(process.execPath, [...flags, '--input-type=module', '-e', code], { cwd });
  const trace = readFileSync(join(cwd, 'node_trace.1.log'), 'utf8');
  const count = (name: string): number => trace.split(`"name":"V8.GC_${name}"`).length - 1;
  return {
    here: count('YOUNG_ARRAY_BUFFER_SWEEP'),
    elsewhere: count('BACKGROUND_YOUNG_ARRAY_BUFFER_SWEEP'),
  };
}

test('what messages have outside of the heap is freed by the thread that takes them', {
  skip: !hasTriedV8,
}, (t) => {
  const { here, elsewhere } = freedBy(t, BOUND);
  assert.ok(here > 10 * elsewhere, `${here} and ${elsewhere}`);
});

test("it is freed in V8's way when the gateway has stopped", { skip: !hasTriedV8 }, (t) => {
  const { here, elsewhere } = freedBy(t, BOUND_AND_CLOSE);
  assert.ok(elsewhere > 10 * here, `${here} and ${elsewhere}`);
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
