import assert from 'node:assert/strict';
import test from 'node:test';
import { renderHtmlReport } from '../../../src/bench/report/html-report.js';
import type { RunResult } from '../../../src/bench/run-result.js';
import { failureCounts, sampleRun, summaryOfValues } from './sample-run.js';

const MOST_BYTES = 500_000;
const run = sampleRun();

function embedded(html: string): RunResult {
  const text = /<script type="application\/json" id="result">(.*?)<\/script>/s.exec(html)?.[1];
  return JSON.parse(text!) as RunResult;
}

test('the very result is embedded as JSON', () => {
  assert.deepEqual(embedded(renderHtmlReport(run)), run);
});

test('nothing on the page points to another place', () => {
  const html = renderHtmlReport(run);
  assert.doesNotMatch(html, /\s(?:src|action|srcset)=/);
  assert.deepEqual(html.match(/\shref="[^"]*"/g), [' href="data:,"']);
  assert.doesNotMatch(html, /@import|url\(/);
  assert.match(html, /http-equiv="Content-Security-Policy" content="default-src 'none';/);
});

test('no text of a run can become markup', () => {
  const evil = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'&\u2028';
  const result: RunResult = {
    ...run,
    target: evil,
    commandLine: [evil],
    settings: { [evil]: evil },
    perMethod: [
      { method: evil, latency: run.latency },
      { method: 'b', latency: run.latency },
    ],
    failureReasons: [evil],
    passed: false,
    expectations: [{ expression: evil, actual: 1, passed: false }],
    closeCodes: { [evil]: 1 },
    disturbance: { [evil]: 1 },
    machine: { ...run.machine, cpuModel: evil, platform: evil, release: evil },
    versions: { sluice: evil, node: evil },
    startedAt: evil,
    generator: { ...run.generator, warnings: [evil] },
  };
  const html = renderHtmlReport(result);
  assert.doesNotMatch(html, /<img|alert\(1\)<\/script>/);
  assert.equal(html.match(/<script/g)?.length, 2);
  assert.deepEqual(embedded(html), result);
});

test('a bottleneck of the generator stands before the first figure', () => {
  const html = renderHtmlReport({ ...run, generator: { ...run.generator, wasBottleneck: true } });
  const alarm = html.indexOf('The load generator was the bottleneck');
  assert.ok(alarm > 0 && alarm < html.indexOf('data-figure'));
  assert.doesNotMatch(renderHtmlReport(run), /was the bottleneck/);
});

test('an hour of a server with many methods and a huge payload stays below 500 KB', () => {
  const long = sampleRun({ seconds: 3600 });
  const html = renderHtmlReport({
    ...long,
    timeline: long.timeline.map((point) => ({ ...point, errors: 3, inFlight: point.second })),
    latencyUncorrected: long.latency,
    perMethod: Array.from({ length: 400 }, (_, index) => ({
      method: `method/${index}`,
      latency: long.latency,
    })),
    commandLine: ['ws://x', '--params', 'x'.repeat(300_000)],
    settings: { params: { text: 'x'.repeat(300_000) } },
  });
  assert.ok(Buffer.byteLength(html) < MOST_BYTES, `${Buffer.byteLength(html)} bytes`);
  assert.match(html, /Each point covers 20 seconds/);
  assert.match(html, /The 50 most frequent of 400 methods are shown/);
});

test('errors over time have a chart only where there were some', () => {
  assert.doesNotMatch(renderHtmlReport(run), /id="errors"/);
  const timeline = run.timeline.map((point) => ({ ...point, errors: point.second % 2 }));
  const html = renderHtmlReport({
    ...run,
    timeline,
    failures: failureCounts({ timeouts: 15 }),
  });
  assert.match(html, /id="errors"/);
  assert.match(html, /<data data-figure="failures.timeouts" value="15">15<\/data>/);
});

test('memory and processor time of the server have charts only where they were measured', () => {
  const html = renderHtmlReport(run);
  assert.match(html, /id="server-memory"/);
  assert.match(html, /id="server-cpu"/);
  const timeline = run.timeline.map((point) => ({
    ...point,
    serverMemoryBytes: null,
    serverCpuShare: null,
  }));
  assert.doesNotMatch(renderHtmlReport({ ...run, timeline }), /id="server-/);
});

test('a run that measured nothing still makes a page', () => {
  const html = renderHtmlReport({
    ...run,
    latency: summaryOfValues([]),
    perMethod: [],
    timeline: [],
    passed: false,
    failureReasons: ['No connection could be made.'],
  });
  assert.match(html, /No connection could be made\./);
  assert.doesNotMatch(html, /NaN|Infinity<|undefined/);
});

const tilesOf = (result: RunResult): string =>
  /<section class="tiles".*?<\/section>/s.exec(renderHtmlReport(result))![0];

test('the key figure of replies has the bytes of the replies beside it', () => {
  const totals = { ...run.totals, bytesSentPerSecond: 9.5e6, bytesReceivedPerSecond: 8.38e6 };
  assert.match(tilesOf({ ...run, totals }), /in all, 8\.38 MB\/s</);
});

test('a percentile that fewer than ten requests stand behind is no key figure', () => {
  const tiles = (count: number) =>
    tilesOf({ ...run, latency: summaryOfValues(Array.from({ length: count }, (_, n) => n + 1)) });
  assert.match(
    tiles(999),
    /p99 latency<\/p><p class="figure">-<\/p><p class="note">too few requests/,
  );
  assert.match(tiles(999), /p50 latency<\/p><p class="figure"><data/);
  assert.match(tiles(1_000), /p99 latency<\/p><p class="figure"><data/);
  assert.match(tiles(9_999), /p99\.9 latency<\/p><p class="figure">-</);
  assert.match(tiles(10_000), /p99\.9 latency<\/p><p class="figure"><data/);
});

test('key figures of a run that measured nothing say so, and nothing of slower requests', () => {
  const failed = { ...run, latency: summaryOfValues([]), passed: false };
  assert.equal(tilesOf(failed).match(/nothing measured/g)?.length, 4);
  assert.doesNotMatch(tilesOf(failed), /slower|none counted|of 0 requests/);
});

test('headings are those of the sections, key figures have none', () => {
  assert.doesNotMatch(tilesOf(run), /<h\d/);
});

test('a second without a reply is a gap in the latency, not a zero', () => {
  const timeline = run.timeline.map((point) =>
    point.second === 10 ? { ...point, repliesPerSecond: 0, p50Us: 0, p99Us: 0, maxUs: 0 } : point,
  );
  const html = renderHtmlReport({ ...run, timeline });
  const latency = html.slice(html.indexOf('id="latency"'), html.indexOf('id="percentiles"'));
  const line = /<path class="line two" d="([^"]*)"/.exec(latency)?.[1];
  assert.equal(line?.match(/M/g)?.length, 2);
  assert.match(latency, /data-y="- - -"><th scope="row">10\.0 s<\/th><td>-<\/td>/);
});
