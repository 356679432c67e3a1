import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { YOUNG_GENERATION_BYTES } from '../src/limits.js';

const hasTriedV8 = process.versions.v8.startsWith('11.');
const moduleAt = (path: string): string => new URL(path, import.meta.url).href;

/** Prints what the young generation is after a while in which much survives, bounded from 8 MiB on or not. */
const script = (isBounded: boolean): string => `
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
  if (${isBounded}) new ProcessMemory(new PortableKernel(createIdStore()));
  churn(5_000_000);
  console.log(youngBytes());
`;

function youngBytes(isBounded: boolean): number {
  const args = ['--input-type=module', '-e', script(isBounded)];
  return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

test('the young generation of a gateway stays at its bound', { skip: !hasTriedV8 }, () => {
  assert.ok(youngBytes(false) > YOUNG_GENERATION_BYTES);
  assert.equal(youngBytes(true), YOUNG_GENERATION_BYTES);
});
