import assert from 'node:assert/strict';
import test from 'node:test';
import { encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { decodeDistribution } from '../../../src/bench/statistics/latency-distribution.js';
import { emptyHistogram, summaryOfValues } from '../report/sample-run.js';

const oneToThousand = Array.from({ length: 1000 }, (_, index) => index + 1);

test('percentiles of 1 to 1000 microseconds are their ranks', () => {
  const distribution = decodeDistribution(summaryOfValues(oneToThousand).histogram);
  assert.equal(distribution.count, 1000);
  assert.equal(distribution.maxUs, 1000);
  assert.equal(distribution.atShare(0), 1);
  assert.equal(distribution.atShare(0.5), 500);
  assert.equal(distribution.atShare(0.99), 990);
  assert.equal(distribution.atShare(0.999), 999);
  assert.equal(distribution.atShare(1), 1000);
});

test('counts up to a latency include that latency', () => {
  const distribution = decodeDistribution(summaryOfValues(oneToThousand).histogram);
  assert.equal(distribution.countUpTo(0), 0);
  assert.equal(distribution.countUpTo(1), 1);
  assert.equal(distribution.countUpTo(1.5), 1);
  assert.equal(distribution.countUpTo(250), 250);
  assert.equal(distribution.countUpTo(5000), 1000);
});

test('it agrees with the histogram that it was made from', () => {
  const histogram = emptyHistogram();
  for (let value = 1; value < 3_000_000; value = Math.ceil(value * 1.01)) {
    histogram.recordValueWithCount(value, 1 + (value % 7));
  }
  const distribution = decodeDistribution(encodeIntoCompressedBase64(histogram));
  for (const percentile of [1, 10, 50, 75, 90, 99, 99.9, 99.99]) {
    assert.equal(
      distribution.atShare(percentile / 100),
      histogram.getValueAtPercentile(percentile),
      `p${percentile}`,
    );
  }
});

test('more replies in one bucket than 32 bits hold are counted', () => {
  const histogram = emptyHistogram();
  for (let round = 0; round < 2; round += 1) histogram.recordValueWithCount(100, 2 ** 30);
  const distribution = decodeDistribution(encodeIntoCompressedBase64(histogram));
  assert.equal(distribution.count, 2 ** 31);
});

test('an empty text is an empty distribution', () => {
  const distribution = decodeDistribution('');
  assert.equal(distribution.count, 0);
  assert.equal(distribution.atShare(0.5), 0);
  assert.equal(distribution.countUpTo(100), 0);
});
