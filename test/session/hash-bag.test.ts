import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MAX_OPEN_HASHES } from '../../src/limits.js';
import { HashBag } from '../../src/session/hash-bag.js';

describe('a bag of hashes', () => {
  // Few different ones, and such as have their place next to each other or at the end of the table.
  const hash = fc.oneof(
    fc.integer({ min: -20, max: 20 }),
    fc.integer().map((n) => n << 8),
    fc.integer(),
  );
  const step = fc.tuple(fc.boolean(), hash);

  test('has each as often as it was added and not taken out', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 500 }), (steps) => {
        const bag = new HashBag();
        const counts = new Map<number, number>();
        for (const [adds, value] of steps) {
          const count = counts.get(value) ?? 0;
          if (adds) bag.add(value);
          else assert.equal(bag.delete(value), count > 0);
          counts.set(value, adds ? count + 1 : Math.max(count - 1, 0));
        }
        for (const [value, count] of counts) {
          for (let n = 0; n < count; n++) assert.equal(bag.delete(value), true);
          assert.equal(bag.delete(value), false);
        }
      }),
    );
  });

  test('takes no more than MAX_OPEN_HASHES, and room for others when some have gone', () => {
    const bag = new HashBag();
    for (let n = 1; n <= MAX_OPEN_HASHES; n++) assert.equal(bag.add(n), true);
    assert.equal(bag.add(MAX_OPEN_HASHES + 1), false);
    assert.equal(bag.add(1), true);
    assert.equal(bag.delete(1), true);
    assert.equal(bag.delete(MAX_OPEN_HASHES + 1), false);
    for (let n = 1; n <= MAX_OPEN_HASHES; n++) assert.equal(bag.delete(n), true);
    bag.add(-1);
    assert.equal(bag.delete(-1), true);
  });
});
