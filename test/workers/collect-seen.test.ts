import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { collectSeen } from '../../workers/collect-seen.js';

const MEBIBYTE = 1024 * 1024;
const LARGE_BYTES = 8 * MEBIBYTE;

const COUNT = 40;

/** What is left of `count` arenas of which each was seen in a turn of its own. */
async function bytesLeftOf(count: number, see: (memory: SharedArrayBuffer) => void) {
  const before = process.memoryUsage().arrayBuffers;
  for (let n = 0; n < count; n++) {
    see(new SharedArrayBuffer(LARGE_BYTES));
    await setImmediate();
  }
  return process.memoryUsage().arrayBuffers - before;
}

test('large arenas that a thread has seen do not stay with it', async () => {
  const left = await bytesLeftOf(COUNT, (memory) => collectSeen(memory.byteLength));
  // V8 frees what it has collected on another thread, which may be behind.
  assert.ok(left <= (COUNT / 2) * LARGE_BYTES, `${left} bytes are left`);
});
