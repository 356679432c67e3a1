import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.js';
import { bench, benchWatched, type ServerProcess, startServer } from './fixtures/server-process.js';

describe('load models', () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it('known delays come back as the percentiles', async (t) => {
    const scenario = join(temporaryFolder(t), 'delays.json');
    // 90 of 100 requests take 20 ms, 10 take 200 ms.
    const mix = [
      { method: 'delay', params: { ms: 20 }, weight: 90 },
      { method: 'delay', params: { ms: 200 }, weight: 10 },
    ];
    writeFileSync(scenario, JSON.stringify({ mix }));
    const result = await bench(
      ...[server.url, '--rate', '200', '--duration', '2s', '--scenario', scenario],
    );
    const { latency } = result;
    assert.equal(result.passed, true, result.failureReasons.join('; '));
    assert.equal(latency.count, result.totals.requests);
    assert.ok(Math.abs(latency.count - 400) <= 1, `${latency.count} requests at 200/s in 2 s`);
    // Never earlier than the delay (a millisecond for the server's timer), later by as much as the
    // machine likes.
    assert.ok(latency.minUs >= 19_000, `min ${latency.minUs}`);
    assert.ok(latency.p95Us >= 195_000, `p95 ${latency.p95Us}`);
    assert.ok(latency.p50Us < latency.p95Us, `p50 ${latency.p50Us}, p95 ${latency.p95Us}`);
    assert.ok(latency.meanUs > 30_000, `mean ${latency.meanUs}`);
  });

  it('an open load shows a stall of 2 s where it belongs, a closed one says that it cannot', async () => {
    const stopped = await startServer();
    let hasStalled = false;
    const open = await benchWatched(
      ({ phase }) => {
        if (hasStalled || phase !== 'measuring') return;
        hasStalled = true;
        stopped.process.kill('SIGSTOP');
        setTimeout(() => stopped.process.kill('SIGCONT'), 2_000);
      },
      ...[stopped.url, '--connections', '4', '--rate', '500', '--duration', '4s'],
    );
    await stopped.stop();
    assert.equal(open.passed, true, open.failureReasons.join('; '));
    // Half of the requests were due during the stall: up to 2 s late, 1 s on the average.
    assert.ok(open.latency.maxUs >= 1_900_000, `max ${open.latency.maxUs}`);
    assert.ok(open.latency.p99Us >= 1_700_000, `p99 ${open.latency.p99Us}`);
    assert.ok(open.latency.p75Us >= 500_000, `p75 ${open.latency.p75Us}`);
    assert.ok((open.latencyUncorrected?.count ?? 0) > 0);
    assert.ok(open.timeline.some((point) => point.repliesPerSecond === 0));
    const closed = await bench(server.url, '--requests', '20');
    assert.match(closed.generator.warnings.join('\n'), /a stall .* hides from the percentiles/);
    assert.equal(open.generator.warnings.length, 0);
  });

  it('the warm-up does not count, the ramp neither', async () => {
    const result = await bench(
      ...[server.url, '--connections', '4', '--rate', '200'],
      ...['--ramp', '300ms', '--warmup', '300ms', '--duration', '1s'],
    );
    assert.ok(Math.abs(result.totals.requests - 200) <= 1, `${result.totals.requests}`);
    assert.equal(result.latency.count, result.totals.requests);
    assert.equal(result.durationMs, 1_000);
    assert.equal(result.timeline.length, 1);
  });

  it('replies to the warm-up make no rate that is higher than that of the requests', async () => {
    const delay = ['--method', 'delay', '--params', '{"ms":100}', '--warmup', '250ms'];
    const { totals } = await bench(
      ...[server.url, ...delay, '--connections', '4', '--requests', '12'],
    );
    assert.equal(totals.replies, 12);
    assert.equal(totals.repliesPerSecond, totals.requestsPerSecond);
  });

  it('replies that come after the end are no throughput, unless the warm-up made up for them', async () => {
    const load = ['--method', 'delay', '--params', '{"ms":700}', '--rate', '100'];
    const alone = await bench(server.url, ...load, '--duration', '1s');
    assert.equal(alone.totals.replies, alone.totals.requests);
    assert.ok(alone.totals.repliesPerSecond < 40, `${alone.totals.repliesPerSecond} a second`);
    const after = await bench(server.url, ...load, '--duration', '1s', '--warmup', '1s');
    const { repliesPerSecond, requestsPerSecond } = after.totals;
    assert.ok(
      repliesPerSecond > 60 && repliesPerSecond <= requestsPerSecond,
      `${repliesPerSecond}`,
    );
  });

  it('nothing is sent before it is due, not even at the end of the time', async () => {
    for (let round = 0; round < 8; round++) {
      const length = ['--duration', `${60 + round / 3}ms`];
      const load = ['--connections', '4', '--rate', '10k', ...length];
      const { latency, latencyUncorrected, timeline } = await bench(server.url, ...load);
      assert.ok(latency.minUs >= latencyUncorrected!.minUs, `${latency.minUs} us from due time`);
      assert.equal(timeline.length, 1, 'a run of less than a second has its point');
    }
  });

  it('stages follow each other', async () => {
    const result = await bench(server.url, '--stages', '400ms@100,400ms@100..500,400ms@500');
    // 40 + 120 + 200, however they fell into the seconds.
    assert.ok(Math.abs(result.totals.requests - 360) <= 2, `${result.totals.requests} in all`);
    assert.equal(result.durationMs, 1_200);
    assert.ok(result.timeline[0]!.requestsPerSecond < 360);
  });

  it('a stage may begin at nothing, and be a pause', async () => {
    const result = await bench(server.url, '--stages', '1s@0..200,1s@0,1s@100');
    assert.ok(Math.abs(result.totals.requests - 200) <= 2, `${result.totals.requests} in all`);
    const [rising, pause, steady] = result.timeline.map((point) => point.requestsPerSecond);
    assert.ok(pause! < rising! && pause! < steady!, `${rising}, ${pause}, ${steady} a second`);
  });

  it('think time slows a closed load down', async (t) => {
    const scenario = join(temporaryFolder(t), 'think.json');
    writeFileSync(scenario, JSON.stringify({ thinkTime: '50ms' }));
    const result = await bench(
      ...[server.url, '--connections', '2', '--duration', '1s', '--scenario', scenario],
    );
    // Twenty times a second at most, from each of two connections.
    assert.ok(result.totals.requests > 4 && result.totals.requests <= 44);
  });

  it('a long recording costs no memory for each of its messages but their own', async (t) => {
    const recording = join(temporaryFolder(t), 'long.ndjson');
    const line = (n: number) =>
      JSON.stringify({ id: n, method: `m${n % 3}`, params: ['x'.repeat(500), n] });
    writeFileSync(recording, Array.from({ length: 4_000 }, (_, n) => line(n)).join('\n'));
    const before = process.memoryUsage();
    const result = await bench(
      ...[server.url, '--connections', '1', '--depth', '8', '--requests', '4000'],
      ...['--scenario', recording],
    );
    const after = process.memoryUsage();
    assert.deepEqual(
      result.perMethod.map(({ method, latency }) => [method, latency.count]),
      [
        ['m0', 1_334],
        ['m1', 1_333],
        ['m2', 1_333],
      ],
    );
    const grown = after.arrayBuffers + after.external - before.arrayBuffers - before.external;
    assert.ok(grown < 200e6, `${grown} bytes of buffers for 2 MB of messages`);
  });

  it('a recording is replayed with its timing', async (t) => {
    const recording = join(temporaryFolder(t), 'recording.ndjson');
    const lines = [
      { atMs: 1_000, message: { id: 1, method: 'echo', params: [1] } },
      { atMs: 1_100, message: { method: 'note' } },
      { atMs: 1_200, message: { id: 'x', method: 'delay', params: { ms: 5 } } },
      { atMs: 1_300, message: { id: 9, result: null } },
      { atMs: 1_300, message: { id: 10, method: 'echo' } },
    ];
    writeFileSync(recording, lines.map((line) => JSON.stringify(line)).join('\n'));
    const result = await bench(
      ...[server.url, '--connections', '2', '--duration', '390ms', '--scenario', recording],
    );
    assert.equal(result.passed, true, result.failureReasons.join('; '));
    assert.equal(result.model, 'open');
    assert.equal(result.totals.requests, 6);
    assert.equal(result.totals.notifications, 2);
    assert.deepEqual(
      result.perMethod.map(({ method }) => method),
      ['echo', 'delay'],
    );
  });
});
