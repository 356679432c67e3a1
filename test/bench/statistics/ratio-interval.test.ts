import assert from 'node:assert/strict';
import test from 'node:test';
import { median } from '../../../src/bench/statistics/median.js';
import { Random } from '../../../src/bench/statistics/random.js';
import { ratioInterval } from '../../../src/bench/statistics/ratio-interval.js';

test('the median is the middle value, or the mean of the two in the middle', () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 3, 2]), 2.5);
  assert.equal(median([10, 9]), 9.5);
  assert.ok(Number.isNaN(median([])));
});

test('the median leaves its input in its order', () => {
  const values = [3, 1, 2];
  median(values);
  assert.deepEqual(values, [3, 1, 2]);
});

test('the seeded generator gives the same numbers for the same seed, within [0, 1)', () => {
  const draw = (seed: number) => {
    const random = new Random(seed);
    return Array.from({ length: 1000 }, () => random.nextUnit());
  };
  assert.deepEqual(draw(1), draw(1));
  assert.notDeepEqual(draw(1), draw(2));
  assert.ok(draw(3).every((value) => value >= 0 && value < 1));
  const mean = draw(4).reduce((sum, value) => sum + value, 0) / 1000;
  assert.ok(Math.abs(mean - 0.5) < 0.05, `mean ${mean}`);
});

test('the interval of equal samples is that ratio and nothing else', () => {
  const interval = ratioInterval([20, 20, 20, 20, 20], [10, 10, 10, 10, 10]);
  assert.deepEqual(interval, { ratio: 2, low: 2, high: 2, confidence: 0.95 });
});

test('the same seed gives the same interval', () => {
  const top = [9, 10, 11, 12, 13, 14];
  const bottom = [7, 8, 9, 10, 11];
  assert.deepEqual(
    ratioInterval(top, bottom, { seed: 5 }),
    ratioInterval(top, bottom, { seed: 5 }),
  );
});

test('samples that do not overlap have an interval away from 1, both ways round', () => {
  const fast = [200, 204, 198, 201, 202];
  const slow = [100, 101, 99, 102, 98];
  const up = ratioInterval(fast, slow);
  const down = ratioInterval(slow, fast);
  assert.ok(up.low > 1.9 && up.high < 2.1, JSON.stringify(up));
  assert.ok(down.low > 0.45 && down.high < 0.55, JSON.stringify(down));
});

test('samples of one distribution have an interval that includes 1', () => {
  const random = new Random(11);
  const sample = () => Array.from({ length: 30 }, () => 100 + random.nextUnit() * 20);
  const interval = ratioInterval(sample(), sample());
  assert.ok(interval.low < 1 && interval.high > 1, JSON.stringify(interval));
});

test('a 95 % interval misses the true ratio about once in twenty times', () => {
  const random = new Random(99);
  const sample = (scale: number) =>
    Array.from({ length: 20 }, () => scale * (1 + random.nextUnit()));
  let missed = 0;
  for (let round = 0; round < 200; round += 1) {
    const { low, high } = ratioInterval(sample(3), sample(2), { resamples: 400, seed: round });
    if (low > 1.5 || high < 1.5) missed += 1;
  }
  assert.ok(missed <= 20, `missed ${missed} of 200`);
});

test('two sides that both measured nothing do not differ', () => {
  assert.equal(ratioInterval([0, 0], [0, 0]).ratio, 1);
  assert.equal(ratioInterval([5, 5], [0, 0]).ratio, Number.POSITIVE_INFINITY);
});

test('a side without a sample is refused', () => {
  assert.throws(() => ratioInterval([], [1]), RangeError);
});
