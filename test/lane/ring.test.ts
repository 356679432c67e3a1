import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Ring } from '../../src/lane/ring.js';

describe('a ring', () => {
  test('is full at its capacity, whatever the sizes', () => {
    const ring = new Ring();
    for (let i = 0; i < 128; i++) {
      assert.equal(ring.full, false);
      ring.push(0);
    }
    assert.equal(ring.full, true);
    assert.throws(() => ring.push(0), RangeError);
    ring.shift();
    assert.equal(ring.full, false);
  });

  test('is full at its bytes, and lets a larger message in alone', () => {
    const ring = new Ring(4, 100);
    ring.push(1000);
    assert.equal(ring.full, true);
    ring.shift();
    ring.push(60);
    assert.equal(ring.full, false);
    ring.push(60);
    assert.equal(ring.full, true);
  });

  test('says how many of several messages it has room for', () => {
    const bounds = Int32Array.of(0, 41, 82, 123, 164);
    assert.equal(new Ring(3, 1000).room(bounds, 0, 4), 3);
    assert.equal(new Ring(9, 1000).room(bounds, 1, 3), 2);
    // As with push(): the one that reaches the bytes is let in.
    assert.equal(new Ring(9, 82).room(bounds, 0, 4), 2);
    assert.equal(new Ring(9, 83).room(bounds, 0, 4), 3);
    const ring = new Ring(9, 82);
    ring.push(41);
    assert.equal(ring.room(bounds, 0, 4), 1);
  });

  test('has nothing to give when it is empty', () => {
    const ring = new Ring();
    assert.equal(ring.oldest, 0);
    assert.throws(() => ring.shift(), RangeError);
  });

  test('gives sizes in order and keeps count, as a plain list does', () => {
    const step = fc.record({ taken: fc.nat(3), size: fc.nat(1000) });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(step, { maxLength: 60 }),
        (capacity, steps) => {
          const ring = new Ring(capacity, 1_000_000);
          const list: number[] = [];
          for (const { taken, size } of steps) {
            if (list.length < capacity) {
              ring.push(size);
              list.push(size);
            }
            if (taken > list.length) assert.throws(() => ring.shift(taken), RangeError);
            else {
              ring.shift(taken);
              list.splice(0, taken);
            }
            assert.equal(ring.pending, list.length);
            assert.equal(ring.oldest, list[0] ?? 0);
            assert.equal(
              ring.bytes,
              list.reduce((sum, n) => sum + n, 0),
            );
          }
        },
      ),
    );
  });
});
