import assert from 'node:assert/strict';
import test from 'node:test';
import {
  formatBytes,
  formatChange,
  formatCompact,
  formatCount,
  formatElapsed,
  formatLatency,
  formatMemory,
  formatRate,
  formatShare,
  trimZeros,
} from '../../../src/bench/report/units.js';

test('latencies are written with three digits in the unit that fits', () => {
  assert.equal(formatLatency(0), '0 µs');
  assert.equal(formatLatency(7), '7 µs');
  assert.equal(formatLatency(12.34), '12.3 µs');
  assert.equal(formatLatency(999), '999 µs');
  assert.equal(formatLatency(999.6), '1.00 ms');
  assert.equal(formatLatency(1234), '1.23 ms');
  assert.equal(formatLatency(12_345), '12.3 ms');
  assert.equal(formatLatency(2_003_000), '2.00 s');
  assert.equal(formatLatency(60_000_000), '60.0 s');
});

test('counts and rates have separators, and decimals only where they matter', () => {
  assert.equal(formatCount(1_234_567), '1,234,567');
  assert.equal(formatRate(318_245.4), '318,245');
  assert.equal(formatRate(99.96), '100');
  assert.equal(formatRate(42.25), '42.3');
  assert.equal(formatRate(1.234), '1.23');
  assert.equal(formatRate(0), '0');
  assert.equal(formatCompact(318_245), '318 k');
});

test('bytes are decimal, memory is binary', () => {
  assert.equal(formatBytes(999), '999 B');
  assert.equal(formatBytes(31_800_000), '31.8 MB');
  assert.equal(formatMemory(512 * 1024 ** 2), '512 MiB');
  assert.equal(formatMemory(1.5 * 1024 ** 3), '1.50 GiB');
});

test('a share that is more than nothing is never written as nothing', () => {
  assert.equal(formatShare(0), '0 %');
  assert.equal(formatShare(0.00001), '<0.01 %');
  assert.equal(formatShare(0.1234), '12.3 %');
  assert.equal(formatShare(1), '100 %');
});

test('elapsed time turns into minutes and hours', () => {
  assert.equal(formatElapsed(12_340), '12.3 s');
  assert.equal(formatElapsed(245_000), '4:05 min');
  assert.equal(formatElapsed(3_723_000), '1:02:03 h');
});

test('changes have their direction', () => {
  assert.equal(formatChange(1.234), '+23.4 %');
  assert.equal(formatChange(0.5), '-50.0 %');
  assert.equal(formatChange(Number.POSITIVE_INFINITY), 'from nothing');
});

test('round numbers on an axis have no zeros behind the point', () => {
  assert.equal(trimZeros('50.0 k'), '50 k');
  assert.equal(trimZeros('1.50 ms'), '1.5 ms');
  assert.equal(trimZeros('100 µs'), '100 µs');
  assert.equal(trimZeros('0 %'), '0 %');
});
