import assert from 'node:assert/strict';
import test from 'node:test';
import { renderRunText } from '../../../src/bench/report/text-table.js';
import { failureCounts, sampleRun, summaryOfValues } from './sample-run.js';

const run = sampleRun({ seconds: 3 });

test('throughput and every latency statistic stand in the text with their units', () => {
  const latency = summaryOfValues([
    ...Array.from({ length: 9900 }, () => 200),
    ...Array.from({ length: 100 }, () => 5000),
  ]);
  const totals = { ...run.totals, repliesPerSecond: 318_245.2, replies: 954_736 };
  const text = renderRunText({ ...run, totals, latency, perMethod: [] });
  assert.match(text, /^ {2}replies +318,245 +954,736 /m);
  assert.match(text, /^ {2}p50 +200 µs$/m);
  assert.match(text, /^ {2}p99 +200 µs$/m);
  assert.match(text, /^ {2}p99\.9 +5\.00 ms$/m);
  for (const label of ['min', 'mean', 'stdev', 'p75', 'p90', 'p95', 'p99.99', 'max']) {
    assert.match(text, new RegExp(`^ {2}${label.replace('.', '\\.')} `, 'm'));
  }
  assert.match(text, /^ +≤ 200 µs +99\.0 % {2}█+$/m);
  assert.match(text, /^ +≤ 5 ms +1\.00 % {2}[█▏▎▍▌▋▊▉]+$/m);
});

test('no line is wider than a terminal of 80 columns', () => {
  const methods = ['tools/call', 'resources/subscribe/with-a-long-name', 'a', 'b', 'c', 'd'];
  const text = renderRunText({
    ...run,
    latencyUncorrected: run.latency,
    perMethod: methods.map((method) => ({ method, latency: run.latency })),
    generator: { ...run.generator, wasBottleneck: true },
  });
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
});

test('a generator bottleneck is the first thing that is said, loudly', () => {
  const lateness = summaryOfValues([300, 300]);
  const text = renderRunText({
    ...run,
    generator: { ...run.generator, wasBottleneck: true, cpuShare: 0.97, lateness },
  });
  assert.match(text, /^!{78}\n!! THE LOAD GENERATOR WAS THE BOTTLENECK/);
  assert.match(text, /300 µs late at p99/);
  assert.match(text, /97\.0 %/);
});

test('failures are listed by kind, and a failed run says why at the end', () => {
  const text = renderRunText({
    ...run,
    failures: failureCounts({ lost: 3, timeouts: 1200 }),
    closeCodes: { 1006: 2 },
    passed: false,
    failureReasons: ['3 replies were lost.'],
  });
  assert.match(text, /^ {2}lost replies +3$/m);
  assert.match(text, /^ {2}timeouts +1,200$/m);
  assert.match(text, /^ {2}close code 1006 +2$/m);
  assert.doesNotMatch(text, /repeated replies/);
  assert.match(text, /RUN FAILED\n {2}3 replies were lost\.\n$/);
});

test('disturbing clients are told in words and units', () => {
  const disturbance = {
    slowReadersBytesReceived: 1_307_468,
    churnVisitP99Us: 23_935,
    churnFailed: 66,
  };
  const text = renderRunText({ ...sampleRun({ seconds: 1 }), disturbance });
  assert.match(text, /slow readers: bytes received +1\.31 MB\n/);
  assert.match(text, /churn: visit p99 +23\.9 ms\n/);
  assert.match(text, /churn: failed +66\n/);
});

test('a run without failures says none', () => {
  assert.match(renderRunText(run), /^Failures {2}none$/m);
});

test('a run that measured nothing says why at once, and has no table of zeros', () => {
  const nothing = { requests: 0, replies: 0, notifications: 0 };
  const text = renderRunText({
    ...run,
    totals: { ...run.totals, ...nothing },
    latency: summaryOfValues([]),
    perMethod: [],
    passed: false,
    failureReasons: ['50 connections could not be made', 'cannot connect: refused'],
    failures: failureCounts({ connectFailures: 50 }),
    generator: { ...run.generator, lateness: summaryOfValues([]), warnings: [] },
  });
  assert.equal(
    text,
    'ws://127.0.0.1:4000  closed load, 3.0 s measured\n\n' +
      'RUN FAILED\n  50 connections could not be made\n  cannot connect: refused\n\n' +
      'Failures\n  connect failures  50\n',
  );
});

test('a failed run does not say that there were no failures', () => {
  const failed = { ...run, passed: false, failureReasons: ['no request was answered'] };
  assert.doesNotMatch(renderRunText(failed), /^Failures {2}none$/m);
});

test('of several methods, one without a reply has dashes instead of latencies', () => {
  const perMethod = [
    { method: 'a', latency: summaryOfValues([]) },
    { method: 'b', latency: summaryOfValues(new Array<number>(1000).fill(5)) },
  ];
  assert.match(renderRunText({ ...run, perMethod }), /^ {2}p99 .* - .*5 µs$/m);
});

test('a broken expectation is marked and has its measured value', () => {
  const text = renderRunText({
    ...run,
    expectations: [
      { expression: 'p99<5ms', actual: 6200.4, passed: false },
      { expression: 'errors<1%', actual: 0, passed: true },
    ],
  });
  assert.match(text, /^ {2}BROKEN {2}p99<5ms +measured 6.20 ms$/m);
  assert.match(text, /^ {2}kept +errors<1% +measured 0 %$/m);
});

test('warnings are in the text', () => {
  assert.match(renderRunText(run), /^warning: A closed load cannot show a stall/m);
});
