import assert from 'node:assert/strict';
import test from 'node:test';
import {
  histogramChart,
  percentileChart,
} from '../../../../src/bench/report/html/distribution-charts.js';
import { sampleRun, summaryOfValues } from '../sample-run.js';

const run = sampleRun({ seconds: 1 });
const latency = summaryOfValues(Array.from({ length: 1000 }, (_, index) => index + 1));

test('the percentile curve goes through the named percentiles, up to the maximum', () => {
  const chart = percentileChart({ ...run, latency })!;
  const texts = chart.series[0]!.texts;
  const at = (header: string) => texts[chart.headers.indexOf(header)];
  assert.equal(at('0 %'), '1 µs');
  assert.equal(at('50 %'), '500 µs');
  assert.equal(at('75 %'), '750 µs');
  assert.equal(at('99 %'), '990 µs');
  assert.equal(at('99.9 %'), '999 µs');
  assert.equal(at('100 %'), '1.00 ms');
  assert.equal(new Set(chart.headers).size, chart.headers.length);
  assert.deepEqual(
    [...chart.positions].sort((one, other) => one - other),
    chart.positions,
  );
});

test('the uncorrected latency has a curve of its own, the generator where it was the bottleneck', () => {
  const names = (changes: object) =>
    percentileChart({ ...run, latency, ...changes })!.series.map(({ name }) => name);
  assert.deepEqual(names({}), ['Latency']);
  assert.deepEqual(names({ latencyUncorrected: latency }), ['From due time', 'Uncorrected']);
  const generator = { ...run.generator, wasBottleneck: true };
  assert.deepEqual(names({ generator }), ['Latency', 'Generator lateness']);
});

test('the bins of the histogram hold every reply once', () => {
  const chart = histogramChart({ ...run, latency })!;
  const counts = chart.extras![0]!.texts.map((text) => Number(text.replaceAll(',', '')));
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    1000,
  );
  const bin = chart.headers.indexOf('470 µs to 560 µs');
  assert.equal(counts[bin], 90);
});

test('a run without a reply has neither', () => {
  const nothing = { ...run, latency: summaryOfValues([]) };
  assert.equal(percentileChart(nothing), null);
  assert.equal(histogramChart(nothing), null);
});
