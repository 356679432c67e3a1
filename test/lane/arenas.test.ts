import assert from 'node:assert/strict';
import { describe, mock, test } from 'node:test';
import { Arenas } from '../../src/lane/arenas.js';
import type { Batch } from '../../src/lane/batch.js';
import { ARENA_BYTES, KEEP_ARENAS_MS, MAX_ALONE_BYTES, MAX_LANE_ARENAS } from '../../src/limits.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

const kernel = new PortableKernel(createIdStore());

function takeAll(arenas: Arenas): Batch[] {
  const taken: Batch[] = [];
  for (let one = arenas.take(); one !== null; one = arenas.take()) taken.push(one);
  return taken;
}

describe('the arenas of a lane', () => {
  test('are so many and no more, and are given out again when they are back', () => {
    const arenas = new Arenas(kernel);
    const taken = takeAll(arenas);
    assert.equal(taken.length, MAX_LANE_ARENAS);
    arenas.giveBack(taken[3]!);
    assert.equal(arenas.take(), taken[3]);
    assert.equal(arenas.take(), null);
  });

  test('are let go when they were not needed for a while, but for one', (t) => {
    mock.timers.enable({ apis: ['setInterval'] });
    t.after(() => mock.timers.reset());
    const arenas = new Arenas(kernel);
    const first = takeAll(arenas);
    for (const one of first) arenas.giveBack(one);
    mock.timers.tick(KEEP_ARENAS_MS);
    assert.deepEqual(new Set(takeAll(arenas)), new Set(first));
    for (const one of first) arenas.giveBack(one);
    // Needed in the first of these times, and not in the second.
    mock.timers.tick(KEEP_ARENAS_MS);
    mock.timers.tick(KEEP_ARENAS_MS);
    const later = takeAll(arenas).filter((one) => first.includes(one));
    assert.equal(later.length, 1);
  });

  test('of frames that go alone are so many bytes and no more', () => {
    const arenas = new Arenas(kernel);
    // Input and output: three of them have room.
    const roomBytes = MAX_ALONE_BYTES / 7;
    const taken = [1, 2, 3].map(() => arenas.takeAlone(roomBytes)!);
    assert.equal(arenas.takeAlone(roomBytes), null);
    arenas.giveBack(taken[0]!);
    const again = arenas.takeAlone(roomBytes)!;
    assert.equal(arenas.takeAlone(roomBytes), null);
    // One that is pinned leaves its place, until so many are that copies are better.
    arenas.pin(again);
    assert.equal(arenas.mustCopy(again), false);
    for (let i = 0; i < 3; i++) arenas.pin(arenas.takeAlone(roomBytes)!);
    assert.equal(arenas.mustCopy(again), true);
    assert.equal(arenas.mustCopy(arenas.take()!), false);
    arenas.unpin(again);
    assert.equal(arenas.mustCopy(again), false);
  });

  test('of large frames are used again for what fits', (t) => {
    mock.timers.enable({ apis: ['setInterval'] });
    t.after(() => mock.timers.reset());
    const arenas = new Arenas(kernel);
    const large = arenas.takeAlone(4 * ARENA_BYTES)!;
    arenas.giveBack(large);
    assert.notEqual(arenas.takeAlone(ARENA_BYTES), large);
    assert.notEqual(arenas.takeAlone(5 * ARENA_BYTES), large);
    assert.equal(arenas.takeAlone(3 * ARENA_BYTES), large);
    arenas.giveBack(large);
    mock.timers.tick(KEEP_ARENAS_MS);
    mock.timers.tick(KEEP_ARENAS_MS);
    assert.notEqual(arenas.takeAlone(3 * ARENA_BYTES), large);
  });
});
