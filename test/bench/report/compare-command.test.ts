import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { sampleRun } from './sample-run.js';

const folder = temporaryFolder({ after });

function saved(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

const run = sampleRun();
const before = saved('before.json', run);
const alike = saved('alike.json', sampleRun({ seed: 8 }));
const slower = saved('slower.json', sampleRun({ seed: 9, repliesPerSecond: 40_000 }));
const faster = saved(
  'faster.json',
  sampleRun({ seed: 9, repliesPerSecond: 70_000, medianUs: 150 }),
);

const PROGRAM = fileURLToPath(new URL('../../../src/cli/main.js', import.meta.url));

function compare(...argv: string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [PROGRAM, 'bench', 'compare', ...argv], {
    encoding: 'utf8',
  });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

test('a run beside itself is no difference and exit 0', () => {
  const { code, out } = compare(before, before, '--fail-over', '10%');
  assert.equal(code, 0);
  assert.equal(out.match(/no difference/g)?.length, 3);
  assert.match(out, /Not worse by more than 10 %\./);
});

test('two runs of one server are no difference', () => {
  const { code, out } = compare(before, alike, '--fail-over', '1%');
  assert.equal(code, 0);
  assert.equal(out.match(/no difference/g)?.length, 3);
});

test('worse than the limit is exit 99 and says by how much', () => {
  const { code, out } = compare(before, slower, '--fail-over', '10%');
  assert.equal(code, 99);
  assert.match(out, /^WORSE by more than 10 %: throughput -2\d\.\d %\.$/m);
});

test('worse within the limit, worse without a limit, and better are exit 0', () => {
  assert.equal(compare(before, slower, '--fail-over', '50%').code, 0);
  assert.equal(compare(before, slower).code, 0);
  assert.equal(compare(before, faster, '--fail-over', '1%').code, 0);
});

test('a run that failed where the one before did not is worse', () => {
  const failed = saved('failed.json', { ...run, passed: false, failureReasons: ['Lost.'] });
  const { code, out } = compare(before, failed, '--fail-over', '10%');
  assert.equal(code, 99);
  assert.match(out, /the run failed, which it did not before/);
});

test('a run of more failures is worse, however quick it was', () => {
  const failures = { ...run.failures, errorReplies: run.totals.requests * 0.2 };
  const erring = saved('erring.json', { ...run, failures });
  const { code, out } = compare(before, erring, '--fail-over', '10%');
  assert.equal(code, 99);
  assert.match(out, /failures from 0 % to 20\.0 % of the requests/);
  assert.equal(compare(before, erring, '--fail-over', '25%').code, 0);
});

test('a ratio beyond the limit is not worse where its interval includes no change', () => {
  const swinging = (rates: readonly number[]) => {
    const { timeline, ...rest } = sampleRun({ seconds: rates.length });
    const points = timeline.map((point, i) => ({ ...point, repliesPerSecond: rates[i]! }));
    return { ...rest, timeline: points };
  };
  const high = saved('high.json', swinging([60, 30, 60, 30, 60, 30, 60]));
  const low = saved('low.json', swinging([30, 60, 30, 60, 30, 60, 30]));
  const { code, out } = compare(high, low, '--fail-over', '10%');
  assert.match(out, /replies\/s .* 0\.500 .* no difference$/m);
  assert.equal(code, 0);
});

test('runs too short for an interval are judged by their ratio', () => {
  const short = saved('short.json', sampleRun({ seconds: 2 }));
  const shortSlower = saved(
    'short-slower.json',
    sampleRun({ seconds: 2, repliesPerSecond: 20_000 }),
  );
  assert.equal(compare(short, shortSlower, '--fail-over', '10%').code, 99);
  assert.equal(compare(short, short, '--fail-over', '10%').code, 0);
});

test('files of several runs are compared run by run', () => {
  const many = (seed: number, repliesPerSecond: number) =>
    [0, 1, 2, 3, 4].map((round) => sampleRun({ seed: seed + round, seconds: 2, repliesPerSecond }));
  const first = saved('rounds-a.json', many(100, 50_000));
  const second = saved('rounds-b.json', many(200, 30_000));
  const { code, out } = compare(first, second, '--fail-over', '10%');
  assert.equal(code, 99);
  assert.match(out, /5 runs$/m);
});

const unfit: readonly (readonly [string, unknown, RegExp])[] = [
  ['text.json', 'no JSON at all', /is not JSON/],
  ['foreign.json', { results: [] }, /is not a result of sluice bench/],
  ['none.json', [], /holds no benchmark run/],
  ['newer.json', { ...run, schemaVersion: 2 }, /has schema version 2, this sluice reads version 1/],
  ['unversioned.json', { schema: 'sluice-bench' }, /has schema version none/],
  ['cut.json', { ...run, latency: {} }, /damaged .*"latency.count" is not a number/],
  ['points.json', { ...run, timeline: [{}] }, /damaged .*"timeline\[0\]\.repliesPerSecond"/],
  ['second.json', [run, { ...run, target: 5 }], /run 2: is a damaged .*"target" is not a string/],
  ['two.json', [run, { ...run, target: 'ws://b' }], /holds runs of 2 targets/],
];

for (const [name, content, complaint] of unfit) {
  test(`a file that does not fit is exit 1 and one line: ${name}`, () => {
    const path = saved(name, content);
    const { code, err } = compare(before, path);
    assert.equal(code, 1);
    assert.ok(err.startsWith(`sluice: ${path}: `), err);
    assert.match(err, complaint);
    assert.equal(err.split('\n').length, 2);
  });
}

test('a file that is not there is exit 1 and one line', () => {
  const { code, err } = compare(before, join(folder, 'missing.json'));
  assert.equal(code, 1);
  assert.match(
    err,
    /missing\.json: cannot read the file: no such file or folder \(SLUICE_ERR_RUN_FILE\)\n$/,
  );
});

test('bad usage is exit 2 and one line', () => {
  const wrong: readonly (readonly [readonly string[], RegExp])[] = [
    [[], /two files are needed, 0 given; usage: sluice bench compare/],
    [[before], /two files are needed, 1 given; usage/],
    [[before, alike, slower], /two files are needed, 3 given; usage/],
    [[before, alike, '--fail-ovr', '10%'], /did you mean --fail-over\?/],
    [[before, alike, '--fail-over'], /--fail-over needs a value: --fail-over PERCENT%/],
    [[before, alike, '--fail-over', 'ten'], /--fail-over takes a percentage like 10%/],
    [[before, alike, '--fail-over', '-5%'], /--fail-over takes a percentage like 10%/],
  ];
  for (const [argv, complaint] of wrong) {
    const { code, err } = compare(...argv);
    assert.equal(code, 2, argv.join(' '));
    assert.match(err, complaint);
    assert.match(err, /^sluice: .+\n$/);
  }
});
