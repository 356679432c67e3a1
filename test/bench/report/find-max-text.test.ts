import assert from 'node:assert/strict';
import test from 'node:test';
import type { FindMaxResult } from '../../../src/bench/find-max-result.js';
import { renderFindMaxText } from '../../../src/bench/report/find-max-text.js';
import { sampleRun } from './sample-run.js';

const run = sampleRun({ seconds: 1 });

function step(rate: number, ok: boolean, p99Us: number): FindMaxResult['steps'][number] {
  return {
    rate,
    ok,
    result: {
      ...run,
      totals: { ...run.totals, repliesPerSecond: rate },
      latency: { ...run.latency, p50Us: p99Us / 4, p99Us },
    },
  };
}

const found: FindMaxResult = {
  limits: 'p99<10ms,errors<0.1%',
  steps: [
    step(1000, true, 800),
    step(2000, true, 1200),
    step(4000, false, 90_000),
    step(3000, true, 4000),
    step(3000, true, 4100),
  ],
  maxRate: 3000,
  confirmed: true,
  wasInterrupted: false,
};

test('the answer is the first sentence, and the curve rises by rate with the knee marked once', () => {
  const text = renderFindMaxText(found);
  assert.match(text, /^Highest rate within p99<10ms,errors<0\.1%: 3,000 requests\/s \(5 runs\)\./);
  assert.match(text, /^A second run at this rate kept the limits too\.$/m);
  const rates = [...text.matchAll(/^ {2,}([\d,]+) +[\d,]+ .*(?:within|beyond)/gm)].map(
    (row) => row[1],
  );
  assert.deepEqual(rates, ['1,000', '2,000', '3,000', '3,000', '4,000']);
  assert.equal(text.match(/<- knee/g)?.length, 1);
  assert.match(text, /3,000 .*4\.10 ms .*within .*<- knee/);
  assert.match(text, /4,000 .*90\.0 ms .*beyond/);
});

test('an unconfirmed rate says so', () => {
  assert.match(renderFindMaxText({ ...found, confirmed: false }), /^NOT CONFIRMED: /m);
});

test('a search that was interrupted says so beside what it knows', () => {
  const text = renderFindMaxText({ ...found, confirmed: false, wasInterrupted: true });
  assert.match(text, /3,000 requests\/s \(5 runs,\sINTERRUPTED\)\./);
});

test('when no rate was within the limits it says so and names the lowest', () => {
  const steps = [step(500, false, 80_000), step(1000, false, 90_000)];
  const text = renderFindMaxText({ ...found, steps, maxRate: null, confirmed: false });
  assert.match(
    text,
    /^No rate was within p99<10ms,errors<0\.1% \(2 runs\)\. The lowest rate tried was\s500\/s/,
  );
  assert.doesNotMatch(text, /knee/);
});

test('when no rate was within the limits it says why the runs failed, each reason once', () => {
  const steps = [step(500, false, 80_000), step(1000, false, 90_000)].map((one) => ({
    ...one,
    result: { ...one.result, failureReasons: ['cannot connect: start the server'] },
  }));
  const text = renderFindMaxText({ ...found, steps, maxRate: null, confirmed: false });
  assert.equal(text.split('cannot connect: start the server').length, 2);
});

test('a generator that was the bottleneck is named before the answer', () => {
  const limited = step(8000, true, 900);
  const result = {
    ...limited.result,
    generator: { ...limited.result.generator, wasBottleneck: true },
  };
  const text = renderFindMaxText({ ...found, steps: [...found.steps, { ...limited, result }] });
  assert.match(text, /^!! THE LOAD GENERATOR WAS THE BOTTLENECK at 8,000\/s/);
});
