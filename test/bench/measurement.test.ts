import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { RateArrivals, type Stage } from '../../src/bench/load/arrivals.js';
import { leadIn, parseStages } from '../../src/bench/load/stage-plan.js';
import { LatencyHistogram } from '../../src/bench/measurement/latency-histogram.js';
import { FlightTable, NO_SLOT } from '../../src/bench/replies/flight-table.js';
import { searchMax } from '../../src/bench/search-max.js';
import { Random } from '../../src/bench/statistics/random.js';

const PERCENTAGES = [1, 50, 75, 90, 99, 99.9, 99.99, 100];

describe('the latency histogram', () => {
  it('has the percentiles of HdrHistogram, as it is and once exported', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 60_000_000 }), { minLength: 1, maxLength: 500 }),
        (values) => {
          const ours = new LatencyHistogram();
          const theirs = build({
            highestTrackableValue: 60_000_000,
            numberOfSignificantValueDigits: 3,
          });
          for (const value of values) {
            ours.record(value);
            theirs.recordValue(value);
          }
          const exported = decodeFromCompressedBase64(ours.summary().histogram);
          const max = Math.max(...values);
          for (const percentage of PERCENTAGES) {
            const expected = theirs.getValueAtPercentile(percentage);
            assert.equal(ours.percentile(percentage), Math.min(expected, max));
            assert.equal(exported.getValueAtPercentile(percentage), expected);
          }
          assert.equal(ours.summary().maxUs, max);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('adds up: two threads are as one', () => {
    const [all, one, two] = [
      new LatencyHistogram(),
      new LatencyHistogram(),
      new LatencyHistogram(),
    ];
    for (let us = 1; us < 5_000; us += 7) {
      all.record(us);
      (us % 2 === 0 ? one : two).record(us);
    }
    one.add(two.contents);
    assert.deepEqual(one.summary(), all.summary());
  });

  it('is empty without values', () => {
    const { count, minUs, p99Us, histogram } = new LatencyHistogram().summary();
    assert.deepEqual(
      { count, minUs, p99Us, histogram },
      { count: 0, minUs: 0, p99Us: 0, histogram: '' },
    );
  });
});

function dueTimes(stages: readonly Stage[], kind: 'uniform' | 'poisson', seed = 1): number[] {
  const arrivals = new RateArrivals(stages, kind, 0, new Random(seed));
  const times: number[] = [];
  while (arrivals.nextUs !== Number.POSITIVE_INFINITY) {
    times.push(arrivals.nextUs);
    arrivals.advance();
  }
  return times;
}

describe('arrivals', () => {
  it('uniform ones have equal gaps', () => {
    assert.deepEqual(
      dueTimes([{ durationMs: 5, fromRate: 1_000, toRate: 1_000 }], 'uniform'),
      [0, 1_000, 2_000, 3_000, 4_000],
    );
  });

  it('follow a ramp and the stages behind it: as many as the area under the rate', () => {
    const stages = parseStages('1s@100..300,1s@300', null, 0);
    const times = dueTimes([...leadIn(stages[0]!, 1_000, 500), ...stages], 'uniform');
    const between = (from: number, to: number): number =>
      times.filter((us) => us >= from * 1e6 && us < to * 1e6).length;
    assert.deepEqual(
      [between(0, 1), between(1, 1.5), between(1.5, 2.5), between(2.5, 3.5)],
      [50, 50, 200, 300],
    );
    assert.ok(times.every((us, i) => i === 0 || us > times[i - 1]!));
  });

  it('Poisson ones have the same mean and the deviation of their kind, and come from the seed', () => {
    const stage = { durationMs: 10_000, fromRate: 1_000, toRate: 1_000 };
    const times = dueTimes([stage], 'poisson');
    assert.ok(Math.abs(times.length - 10_000) < 400, `${times.length}`);
    const gaps = times.slice(1).map((us, i) => us - times[i]!);
    const mean = gaps.reduce((a, b) => a + b) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    assert.ok(Math.abs(Math.sqrt(variance) / mean - 1) < 0.1);
    assert.deepEqual(dueTimes([stage], 'poisson'), times);
    assert.notDeepEqual(dueTimes([stage], 'poisson', 2), times);
  });
});

describe('the flight table', () => {
  it('finds each request by its id, in any order, and knows ids that were used', () => {
    const table = new FlightTable(200);
    const ids = Array.from({ length: 200 }, (_, i) => table.take(i, i, 0));
    assert.equal(new Set(ids).size, 200);
    assert.equal(ids[0], 1);
    assert.ok(table.isFull);
    for (const id of [...ids].reverse()) {
      const slot = table.find(id);
      assert.equal(table.dueUs[slot], ids.indexOf(id));
      table.release(slot);
      assert.equal(table.find(id), NO_SLOT);
      assert.ok(table.wasUsed(id));
    }
    const next = table.take(0, 0, 0);
    assert.ok(!ids.includes(next));
    assert.equal(table.wasUsed(next + 200), false);
    assert.equal(table.wasUsed(0), false);
  });

  it('knows a late reply once', () => {
    const table = new FlightTable(4);
    const [early, late] = [table.take(0, 10, 0), table.take(0, 30, 0)];
    const expired: number[] = [];
    table.expire(20, (slot) => expired.push(slot));
    assert.deepEqual(expired, [0]);
    assert.equal(table.find(early), NO_SLOT);
    assert.notEqual(table.find(late), NO_SLOT);
    assert.equal(table.unanswered.size, 1);
    assert.notEqual(table.takeLate(early), null);
    assert.equal(table.takeLate(early), null);
  });
});

describe('the search for the highest rate', () => {
  const search = (limit: number, start: number) =>
    searchMax(start, (rate) => Promise.resolve({ rate, ok: rate <= limit }));

  for (const [limit, start] of [
    [7_777, 1_000],
    [90, 1_000],
    [1_000, 1_000],
    [123_456, 1_000],
  ] as const) {
    it(`finds ${limit} from ${start} within twelve runs`, async () => {
      const { maxRate, confirmed, steps } = await search(limit, start);
      assert.ok(maxRate !== null && maxRate <= limit && maxRate > limit * 0.75, `${maxRate}`);
      assert.ok(steps.length <= 12);
      assert.ok(confirmed);
    });
  }

  it('is not led astray by one bad run on the way up', async () => {
    let runs = 0;
    const { maxRate } = await searchMax(1_000, (rate) => {
      runs++;
      return Promise.resolve({ rate, ok: runs !== 2 && rate <= 10_000 });
    });
    assert.ok(maxRate !== null && maxRate > 7_500, `${maxRate}`);
  });

  it('says so where no rate keeps the limits', async () => {
    const { maxRate, confirmed, steps } = await search(0, 100);
    assert.equal(maxRate, null);
    assert.equal(confirmed, false);
    assert.ok(steps.length <= 12);
  });

  it('ends where a run was interrupted, which counts for nothing', async () => {
    const { maxRate, confirmed, steps, wasInterrupted } = await searchMax(100, (rate) =>
      Promise.resolve(rate > 200 ? null : { rate, ok: true }),
    );
    assert.deepEqual(
      steps.map((step) => step.rate),
      [100, 200],
    );
    assert.equal(maxRate, 200);
    assert.equal(confirmed, false);
    assert.equal(wasInterrupted, true);
  });

  it('does not confirm what broke the limits in its second run', async () => {
    const seen = new Set<number>();
    const { confirmed } = await searchMax(100, (rate) => {
      const isFirst = !seen.has(rate);
      seen.add(rate);
      return Promise.resolve({ rate, ok: isFirst && rate <= 400 });
    });
    assert.equal(confirmed, false);
  });
});
