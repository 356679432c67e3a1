import assert from 'node:assert/strict';
import test from 'node:test';
import { renderVersusText, summarizeVersus } from '../../../src/bench/report/versus.js';
import type { RunResult } from '../../../src/bench/run-result.js';
import { failureCounts, sampleRun } from './sample-run.js';

/** Runs that differ in their figures only. */
function rounds(repliesPerSecond: readonly number[], p99Us: number): RunResult[] {
  const run = sampleRun({ seconds: 1 });
  return repliesPerSecond.map((rate, index) => ({
    ...run,
    totals: { ...run.totals, repliesPerSecond: rate },
    latency: { ...run.latency, p50Us: 100, p99Us: p99Us + index },
  }));
}

const slow = rounds([100, 101, 99, 102, 98], 4000);
const fast = rounds([200, 204, 198, 201, 202], 1000);

test('five rounds each: twice the throughput is better, by the ratio of medians', () => {
  const summary = summarizeVersus(slow, fast);
  const [throughput, p50, p99] = summary.metrics;
  assert.equal(summary.sampleKind, 'run');
  assert.equal(throughput!.medianA, 100);
  assert.equal(throughput!.medianB, 201);
  assert.equal(throughput!.ratio, 2.01);
  assert.equal(throughput!.verdict, 'better');
  assert.equal(p50!.verdict, 'no difference');
  assert.equal(p99!.ratio, 1002 / 4002);
  assert.equal(p99!.verdict, 'better');
});

test('the other way round it is worse', () => {
  const verdicts = summarizeVersus(fast, slow).metrics.map(({ verdict }) => verdict);
  assert.deepEqual(verdicts, ['worse', 'no difference', 'worse']);
});

test('an interval that includes 1 is no difference, whatever the ratio', () => {
  const summary = summarizeVersus(
    rounds([100, 130, 90, 120, 80], 1000),
    rounds([110, 95, 125, 85, 105], 1000),
  );
  const throughput = summary.metrics[0]!;
  assert.equal(throughput.ratio, 1.05);
  assert.ok(throughput.interval!.low < 1 && throughput.interval!.high > 1);
  assert.equal(throughput.verdict, 'no difference');
});

test('single runs are compared second by second', () => {
  const before = sampleRun({ seed: 1, repliesPerSecond: 50_000 });
  const after = sampleRun({ seed: 2, repliesPerSecond: 40_000 });
  const summary = summarizeVersus([before], [after]);
  assert.equal(summary.sampleKind, 'second');
  assert.equal(summary.a.samples, 30);
  assert.equal(summary.metrics[0]!.verdict, 'worse');
  assert.ok(summary.warnings.some((warning) => warning.includes('seconds of single runs')));
});

test('fewer than five samples give a ratio and no interval', () => {
  const summary = summarizeVersus(slow.slice(0, 3), fast.slice(0, 3));
  const throughput = summary.metrics[0]!;
  assert.equal(throughput.ratio, 2);
  assert.equal(throughput.interval, null);
  assert.equal(throughput.verdict, 'too few samples');
  assert.match(renderVersusText(summary), /An interval needs 5 samples/);
});

test('the text has both targets, medians, ratio, interval and verdict', () => {
  const other = fast.map((run) => ({ ...run, target: 'ws://10.0.0.2:4000' }));
  const text = renderVersusText(summarizeVersus(slow, other));
  assert.match(text, /^ {2}A {2}ws:\/\/127\.0\.0\.1:4000 +5 runs$/m);
  assert.match(text, /^ {2}B {2}ws:\/\/10\.0\.0\.2:4000 +5 runs$/m);
  assert.match(
    text,
    /^ {2}replies\/s +100 +201 +2\.010 +1\.\d{3} to 2\.\d{3} +better \(\+101\.0 %\)$/m,
  );
  assert.match(text, /^ {2}p50 +100 µs +100 µs +1\.000 +1\.000 to 1\.000 +no difference$/m);
});

test('failed runs, bottlenecks and differing settings are warned of', () => {
  const failed = fast.map((run, index) => ({
    ...run,
    settings: { ...run.settings, connections: 100 },
    generator: { ...run.generator, wasBottleneck: index === 0 },
    ...(index === 1
      ? {
          passed: false,
          failureReasons: ['2 replies were lost', 'no request was answered'],
          failures: failureCounts({ lost: 2 }),
        }
      : {}),
  }));
  const { warnings, b } = summarizeVersus(slow, failed);
  assert.equal(b.passed, false);
  assert.equal(b.failures, 2);
  assert.ok(
    warnings.includes('1 of 5 runs of B failed: 2 replies were lost | no request was answered.'),
  );
  assert.ok(
    warnings.some((warning) => warning.startsWith('THE LOAD GENERATOR WAS THE BOTTLENECK')),
  );
  assert.ok(warnings.includes('The settings differ: connections 50 and 100.'));
});

test('a side that never answered has a throughput of nothing and no latency', () => {
  const dead = sampleRun();
  const timeline = dead.timeline.map((point) => ({ ...point, repliesPerSecond: 0 }));
  const summary = summarizeVersus([dead], [{ ...dead, timeline }]);
  assert.deepEqual(
    summary.metrics.map(({ name, ratio, verdict }) => ({ name, ratio, verdict })),
    [{ name: 'throughput', ratio: 0, verdict: 'worse' }],
  );
});
