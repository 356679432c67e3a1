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

test('the ticks of the histogram are at 1, 2 and 5, where the bins have such latencies', () => {
  const ticks = (latenciesUs: readonly number[]) =>
    histogramChart({ ...run, latency: summaryOfValues(latenciesUs) })!.xTicks;
  const decade = Array.from({ length: 901 }, (_, index) => index + 100);
  assert.deepEqual(
    ticks(decade).map(({ text }) => text),
    ['100 µs', '200 µs', '500 µs', '1 ms'],
  );
  assert.ok(ticks(decade).every(({ at }, index, all) => index === 0 || at > all[index - 1]!.at));
  assert.deepEqual(
    ticks([3, 40_000_000]).map(({ text }) => text),
    ['10 µs', '100 µs', '1 ms', '10 ms', '100 ms', '1 s', '10 s'],
  );
  assert.equal(ticks([130, 131, 132]).length, 2, 'the ends of the axis where there are none');
});

test('a run without a reply has neither', () => {
  const nothing = { ...run, latency: summaryOfValues([]) };
  assert.equal(percentileChart(nothing), null);
  assert.equal(histogramChart(nothing), null);
});
