import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'node:test';
import { renderCsv } from '../../../src/bench/report/csv.js';
import { renderHgrm } from '../../../src/bench/report/hgrm.js';
import { writeReports } from '../../../src/bench/report/write-reports.js';
import type { RunResult } from '../../../src/bench/run-result.js';
import { SluiceError } from '../../../src/errors.js';
import { temporaryFolder } from '../../support/temporary-folder.js';
import { sampleRun, summaryOfValues } from './sample-run.js';

const run = sampleRun({ seconds: 3 });

test('all four reports are written, and the JSON is the very result', (context) => {
  const folder = temporaryFolder(context);
  const paths = {
    json: join(folder, 'run.json'),
    csv: join(folder, 'run.csv'),
    hgrm: join(folder, 'run.hgrm'),
    html: join(folder, 'run.html'),
  };
  writeReports(run, paths);
  assert.deepEqual(JSON.parse(readFileSync(paths.json, 'utf8')), run);
  assert.match(readFileSync(paths.csv, 'utf8'), /^second,/);
  assert.match(readFileSync(paths.hgrm, 'utf8'), /^ +Value +Percentile/);
  assert.match(readFileSync(paths.html, 'utf8'), /^<!doctype html>/);
});

test('a path that cannot be written is one clear line, and the others are written', (context) => {
  const folder = temporaryFolder(context);
  const csv = join(folder, 'run.csv');
  const nowhere = join(folder, 'missing', 'run.json');
  assert.throws(
    () => writeReports(run, { json: nowhere, hgrm: folder, csv }),
    (error: unknown) => {
      assert.ok(error instanceof SluiceError);
      assert.equal(error.code, 'SLUICE_ERR_REPORT_UNWRITABLE');
      assert.equal(
        error.message,
        `--json ${nowhere}: cannot write the file: no such file or folder; ` +
          `--hgrm ${folder}: cannot write the file: it is a folder`,
      );
      return true;
    },
  );
  assert.match(readFileSync(csv, 'utf8'), /^second,/);
});

test('the CSV has a line for each second, and empty fields for what was not measured', () => {
  const point = {
    second: 1,
    requestsPerSecond: 100,
    repliesPerSecond: 99.5,
    bytesPerSecond: 21_000,
    p50Us: 200,
    p99Us: 900,
    maxUs: 1500,
    errors: 2,
    inFlight: 50,
    serverMemoryBytes: 104_857_600,
    serverCpuShare: null,
  };
  const result: RunResult = { ...run, timeline: [point, { ...point, second: 2 }] };
  assert.equal(
    renderCsv(result),
    'second,requestsPerSecond,repliesPerSecond,bytesPerSecond,p50Us,p99Us,maxUs,errors,inFlight,serverMemoryBytes,serverCpuShare,generatorWasBottleneck\r\n' +
      '1,100,99.5,21000,200,900,1500,2,50,104857600,,false\r\n' +
      '2,100,99.5,21000,200,900,1500,2,50,104857600,,false\r\n',
  );
});

test('the HGRM has the percentile distribution in milliseconds', () => {
  const latency = summaryOfValues(Array.from({ length: 1000 }, (_, index) => (index + 1) * 100));
  const lines = renderHgrm({ ...run, latency }).split('\n');
  assert.match(lines[0]!, /^ +Value +Percentile +TotalCount +1\/\(1-Percentile\)$/);
  const median = lines.find((line) => / 0\.500000000000 /.test(line));
  assert.match(median!, /^ +50\.0\d\d 0\.500000000000 +500 +2\.00$/);
  assert.ok(lines.some((line) => /^ +100\.0\d\d 1\.000000000000 +1000$/.test(line)));
  assert.ok(lines.some((line) => /^#\[Mean +=.*StdDeviation +=/.test(line)));
  assert.ok(lines.some((line) => /Total count +=\s+1000\]$/.test(line)));
});

test('a bottleneck of the generator is in the files that have no place for sentences too', () => {
  const limited = { ...run, generator: { ...run.generator, wasBottleneck: true } };
  assert.match(renderHgrm(limited), /\n#\[THE LOAD GENERATOR WAS THE BOTTLENECK\. .*\]\n$/);
  const lines = renderCsv(limited).trimEnd().split('\r\n').slice(1);
  assert.ok(lines.length > 0 && lines.every((line) => line.endsWith(',true')));
});

test('the HGRM of a run without a reply is empty and still one', () => {
  const text = renderHgrm({ ...run, latency: summaryOfValues([]) });
  assert.match(text, /^ +Value +Percentile/);
  assert.match(text, /Total count +=\s+0\]/);
});
