import assert from 'node:assert/strict';
import test from 'node:test';
import {
  latencyScale,
  linearScale,
  ninesScale,
  timeScale,
} from '../../../../src/bench/report/html/scale.js';

const texts = (ticks: readonly { readonly text: string }[]) => ticks.map(({ text }) => text);
const close = (actual: number, wanted: number) =>
  assert.ok(Math.abs(actual - wanted) < 1e-9, `${actual}, not ${wanted}`);

test('a linear axis begins at zero and ends at a round number', () => {
  const scale = linearScale(54_000, String);
  assert.deepEqual(texts(scale.ticks), ['0', '20000', '40000', '60000']);
  close(scale.at(0), 0);
  close(scale.at(30_000), 0.5);
  close(scale.at(90_000), 1);
});

test('an axis of nothing is still an axis', () => {
  assert.deepEqual(texts(linearScale(0, String).ticks), ['0', '1']);
});

test('latencies of one order of magnitude are linear, of several logarithmic', () => {
  close(latencyScale([500, 1000], String).at(500), 0.5);
  const scale = latencyScale([100, 1000, 10_000], String);
  close(scale.at(100), 0);
  close(scale.at(1000), 0.5);
  close(scale.at(10_000), 1);
  assert.deepEqual(texts(scale.ticks), ['100', '200', '500', '1000', '2000', '5000', '10000']);
});

test('latencies over many orders of magnitude have a tick for each', () => {
  const scale = latencyScale([3, 40_000_000], String);
  assert.deepEqual(texts(scale.ticks), [
    '10',
    '100',
    '1000',
    '10000',
    '100000',
    '1000000',
    '10000000',
  ]);
  close(scale.at(0), 0);
});

test('every further nine is equally far on the percentile axis', () => {
  const scale = ninesScale(10_000);
  assert.deepEqual(texts(scale.ticks), ['0 %', '50 %', '90 %', '99 %', '99.9 %', '99.99 %']);
  close(scale.at(0), 0);
  close(scale.at(0.9), 0.25);
  close(scale.at(0.99), 0.5);
  close(scale.at(0.999), 0.75);
  close(scale.at(1), 1);
});

test('a time axis has the steps of a clock', () => {
  assert.deepEqual(texts(timeScale(0, 30).ticks), [
    '0',
    '5 s',
    '10 s',
    '15 s',
    '20 s',
    '25 s',
    '30 s',
  ]);
  assert.deepEqual(texts(timeScale(0, 1200).ticks).slice(0, 3), ['0', '5 min', '10 min']);
  assert.equal(texts(timeScale(0, 180).ticks).at(-1), '3:00');
});

test('a time axis begins at the first point, which stands at its end where it is the only one', () => {
  const scale = timeScale(1, 11);
  close(scale.at(1), 0);
  close(scale.at(6), 0.5);
  assert.deepEqual(texts(scale.ticks), ['2 s', '4 s', '6 s', '8 s', '10 s']);
  close(scale.ticks[0]!.at, 0.1);
  close(timeScale(0.3, 0.3).at(0.3), 0.3);
  close(timeScale(1, 1).at(1), 1);
});
