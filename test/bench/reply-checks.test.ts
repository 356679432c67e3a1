import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { noFailures } from '../../src/bench/measurement/load-recorder.js';
import type { FailureCounts, RunResult } from '../../src/bench/run-result.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { bench, type ServerProcess, startServer } from './fixtures/server-process.js';

const NO_FAILURES: FailureCounts = noFailures();

describe('every reply is checked', () => {
  let server: ServerProcess;
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  /** Six requests on two connections. */
  const six = (method: string, ...options: string[]): Promise<RunResult> =>
    bench(server.url, '--connections', '2', '--requests', '6', '--method', method, ...options);

  it('six right replies are six right replies', async () => {
    const result = await six('echo', '--params', '{"a":[1,{"b":"é"}]}');
    assert.deepEqual(result.failures, NO_FAILURES);
    assert.equal(result.totals.requests, 6);
    assert.equal(result.totals.replies, 6);
    assert.equal(result.latency.count, 6);
    assert.equal(result.passed, true);
    assert.deepEqual(
      result.perMethod.map(({ method }) => method),
      ['echo'],
    );
  });

  it('a reply in fragments with pings between is one reply', async () => {
    const result = await six('fragments', '--expect-result', '"in three parts"');
    assert.deepEqual(result.failures, NO_FAILURES);
    assert.equal(result.totals.replies, 6);
  });

  it('a reply that comes byte by byte is one reply', async () => {
    const result = await six('byte-by-byte', '--expect-result', '"slowly"');
    assert.deepEqual(result.failures, NO_FAILURES);
    assert.equal(result.totals.replies, 6);
  });

  it('a second reply is counted as repeated and fails the run', async () => {
    const result = await six('twice');
    assert.equal(result.totals.replies, 6);
    // The very last second reply may come when its connection is closed already.
    assert.ok(result.failures.repeated >= 4 && result.failures.repeated <= 6);
    assert.equal(result.failures.foreign, 0);
    assert.equal(result.passed, false);
    assert.match(result.failureReasons.join('\n'), /a second reply came with id \d+/);
  });

  for (const method of ['wrong-id', 'string-id', 'float-id']) {
    it(`a reply with another id than was sent is foreign, and its request lost: ${method}`, async () => {
      const result = await six(method, '--timeout', '200ms');
      assert.equal(result.failures.foreign, 6);
      assert.equal(result.failures.lost, 6);
      assert.equal(result.failures.timeouts, 6);
      assert.equal(result.passed, false);
    });
  }

  it('a request without a reply is timed out and lost', async () => {
    const result = await six('never', '--timeout', '200ms');
    assert.deepEqual(result.failures, { ...NO_FAILURES, lost: 6, timeouts: 6 });
    assert.equal(result.totals.replies, 0);
    assert.equal(result.passed, false);
    // Each has waited for as long as the timeout at least.
    assert.equal(result.latency.count, 6);
    assert.ok(result.latency.minUs >= 195_000, `min ${result.latency.minUs}`);
  });

  it('a reply after its timeout is late, not lost, and its time is in the percentiles', async () => {
    const result = await bench(
      ...[server.url, '--connections', '1', '--rate', '10', '--duration', '1s'],
      ...['--method', 'late', '--timeout', '250ms'],
    );
    assert.ok(result.failures.late > 0, 'some come while the run goes on');
    assert.equal(result.failures.foreign, 0);
    assert.equal(result.failures.late + result.failures.lost, result.failures.timeouts);
    const { latency, totals } = result;
    assert.equal(latency.count, totals.requests);
    assert.equal(result.latencyUncorrected?.count, totals.requests);
    assert.ok(latency.minUs >= 245_000, `min ${latency.minUs}: nothing was answered sooner`);
    assert.ok(latency.maxUs >= 395_000, `max ${latency.maxUs}: the late replies' own time`);
    assert.ok(result.timeline.some((point) => point.p99Us >= 395_000));
  });

  it('replies that come after their timeout are late, whenever that is noticed', async () => {
    const { failures, totals, durationMs } = await six('late', '--timeout', '390ms');
    assert.equal(failures.timeouts, 6);
    assert.equal(failures.late + failures.lost, 6);
    assert.equal(totals.replies, 0);
    assert.ok(durationMs >= 390, `${durationMs} ms`);
  });

  it('what is lost of the warm-up does not count', async () => {
    const result = await bench(
      ...[server.url, '--connections', '1', '--rate', '20', '--method', 'never'],
      ...['--warmup', '500ms', '--duration', '500ms', '--timeout', '200ms'],
    );
    assert.equal(result.failures.lost, result.totals.requests);
  });

  it('silence from the first request on is told with what may be wrong', async () => {
    const one = ['--connections', '1', '--warmup', '100ms', '--duration', '100ms'];
    const silent = ['--method', 'never', '--timeout', '300ms'];
    const { totals, passed, failureReasons } = await bench(server.url, ...one, ...silent);
    assert.equal(totals.requests, 0);
    assert.equal(passed, false);
    assert.deepEqual(failureReasons, [
      'no request of the warm-up was answered within 0.3 s; check --method, --preset, and that the server speaks JSON-RPC',
    ]);
    const later = await bench(
      server.url,
      ...one.slice(0, 2),
      ...silent,
      '--warmup',
      '0',
      '--duration',
      '100ms',
    );
    assert.match(later.failureReasons.join('\n'), /^no request was answered within 0\.3 s; check/m);
    const command = await bench(
      ...silent,
      ...one,
      '--',
      process.execPath,
      '-e',
      'setTimeout(String, 1e6)',
    );
    assert.match(command.failureReasons.join('\n'), /check --framing, .* on its standard output$/m);
  });

  it('a warm-up that is slower than the whole run is told so', async () => {
    const one = ['--connections', '1', '--warmup', '50ms', '--duration', '50ms'];
    const { totals, failureReasons } = await bench(server.url, ...one, '--method', 'late');
    assert.equal(totals.requests, 0);
    assert.match(
      failureReasons.join('\n'),
      /^nothing was sent in the measured time: .*--duration$/,
    );
  });

  it('a reply that is no JSON is a parse error', async () => {
    const result = await six('bad-json', '--timeout', '200ms');
    assert.deepEqual(result.failures, { ...NO_FAILURES, parseErrors: 6, lost: 6, timeouts: 6 });
    assert.match(result.failureReasons.join('\n'), /a reply is not JSON/);
  });

  it('error replies are counted apart and do not fail the run', async () => {
    const result = await six('error');
    assert.deepEqual(result.failures, { ...NO_FAILURES, errorReplies: 6 });
    assert.equal(result.latency.count, 6);
    assert.equal(result.passed, true);
    assert.match(result.generator.warnings.join('\n'), /Errors among the replies: 6 \(100\.0 %\)/);
    assert.match(result.generator.warnings.join('\n'), /No request succeeded: --method/);
  });

  it('results that are not as expected are counted apart and fail the run', async () => {
    const params = ['--params', '{"n":1}'];
    const equal = await six('echo', ...params, '--expect-result', '{"n":1.0}');
    assert.deepEqual(equal.failures, NO_FAILURES);
    const other = await six('echo', ...params, '--expect-result', '{"n":2}');
    assert.deepEqual(other.failures, { ...NO_FAILURES, wrongResults: 6 });
    assert.equal(other.passed, false);
  });

  it('results are held against a schema, reply by reply', async (t) => {
    const schema = join(temporaryFolder(t), 'schema.json');
    const properties = { sequence: { type: 'integer', maximum: 1 } };
    writeFileSync(schema, JSON.stringify({ type: 'object', required: ['sequence'], properties }));
    const params = '{"sequence":"{{sequence}}"}';
    const result = await six('echo', '--params', params, '--expect-result', `@${schema}`);
    // Each of the two connections counts 0, 1, 2: one reply each is above the maximum.
    assert.deepEqual(result.failures, { ...NO_FAILURES, wrongResults: 2 });
  });

  it('an early close loses what is in flight, and its code is kept', async () => {
    const result = await six('close');
    assert.equal(result.failures.unexpectedCloses, 2);
    assert.equal(result.failures.lost, 2);
    assert.deepEqual(result.closeCodes, { '4001': 2 });
    assert.match(result.failureReasons.join('\n'), /closed the connection with 4001: enough/);
    assert.equal(result.passed, false);
  });

  it('questions of the server are answered, and its own ids are not taken for ours', async (t) => {
    const scenario = join(temporaryFolder(t), 'scenario.json');
    writeFileSync(
      scenario,
      JSON.stringify({
        handshake: [{ method: 'echo', params: { hello: '{{connection}}' } }],
        mix: [
          { method: 'asks-back', weight: 3, expectResult: { yes: true } },
          { method: 'note', notification: true },
        ],
        answers: { question: { result: { yes: true } } },
        seed: 5,
      }),
    );
    const result = await bench(
      ...[server.url, '--connections', '2', '--requests', '20', '--scenario', scenario],
    );
    assert.deepEqual(result.failures, NO_FAILURES);
    assert.equal(result.totals.replies, 20);
    assert.ok(result.totals.notifications > 0);
    assert.deepEqual(
      result.perMethod.map(({ method }) => method),
      ['asks-back'],
    );
  });

  it('a question of any name that is not among the answers is refused as unknown', async () => {
    for (const question of ['other', 'constructor', 'toString', '__proto__']) {
      const params = ['--params', JSON.stringify({ question }), '--expect-result', '-32601'];
      assert.deepEqual((await six('asks-back', ...params)).failures, NO_FAILURES, question);
    }
  });

  it('several threads count as one', async () => {
    const result = await bench(
      ...[server.url, '--connections', '4', '--requests', '400', '--threads', '2', '--depth', '4'],
    );
    assert.deepEqual(result.failures, NO_FAILURES);
    assert.equal(result.totals.requests, 400);
    assert.equal(result.latency.count, 400);
    assert.equal(result.generator.threads, 2);
  });
});
