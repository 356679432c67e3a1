import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FindMaxResult } from '../../src/bench/find-max-result.js';
import { parseBenchOptions } from '../../src/bench/options/parse-options.js';
import type { VersusSummary } from '../../src/bench/report/versus.js';
import type { RunResult } from '../../src/bench/run-result.js';
import { SluiceError } from '../../src/errors.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { type ServerProcess, startServer } from './fixtures/server-process.js';

const PROGRAM = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

function sluiceBench(...argv: string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [PROGRAM, 'bench', ...argv], { encoding: 'utf8' });
  return { code: run.status, out: run.stdout, err: run.stderr };
}

const URL_A = 'ws://127.0.0.1:1';
const BAD: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /what is to be measured\?/],
  [['http://x'], /must be a ws:\/\/ or wss:\/\/ URL, not "http:\/\/x"/],
  [['127.0.0.1:4000'], /did you mean ws:\/\/127\.0\.0\.1:4000\?/],
  [['4000'], /not "4000"; did you mean ws:\/\/127\.0\.0\.1:4000\?/],
  [['comapre', 'a', 'b'], /"a" is one argument too many; did you mean sluice bench compare\?/],
  [['comapre'], /not "comapre"; did you mean sluice bench compare\?/],
  [['http://h/?token=secret'], /not "http:\/\/h\/\?token=\*\*\*"$/],
  [['ws://me:secret@127.0.0.1:1'], /credentials go into --token-file or --header/],
  [[URL_A, URL_A], /one argument too many$/],
  [[URL_A, '--conections', '5'], /unknown option --conections; did you mean --connections\?/],
  [[URL_A, '-d', '5'], /unknown option -d; --help lists all/],
  [[URL_A, '--dura', '5'], /unknown option --dura; did you mean --duration\?/],
  [[URL_A, '--rate'], /--rate needs a value: --rate R/],
  [[URL_A, '--json', '--quiet'], /--json needs a value: --json FILE/],
  [[URL_A, '--rate', '0'], /--rate takes a rate a second/],
  [[URL_A, '--connections', '0'], /--connections takes a whole number from 1 to/],
  [[URL_A, '--duration', '5 parsecs'], /--duration takes a duration from 0s to 500h/],
  [[URL_A, '--insecure=yes'], /--insecure takes no value/],
  [[URL_A, '--depth', '1', '--depth', '2'], /--depth is given twice/],
  [[URL_A, '--depth', '2', '--rate', '5'], /--rate and --depth do not go together/],
  [[URL_A, '--arrivals', 'poisson'], /--arrivals needs an open load/],
  [[URL_A, '--rate', '5', '--arrivals', 'poison'], /did you mean "poisson"\?/],
  [
    [URL_A, '--preset', 'mpc'],
    /--preset is one of mcp, lsp, codex, not "mpc"; did you mean "mcp"\?/,
  ],
  [[URL_A, '--params', '{'], /--params is not JSON/],
  [
    [URL_A, '--params', '{"a":"9007199254740993","n":9007199254740993}'],
    /--params: the number 9007199254740993 cannot be kept exactly/,
  ],
  [[URL_A, '--expect-result', '[1e999]'], /--expect-result: the number 1e999 cannot be kept/],
  [[URL_A, '--payload-size', '10'], /--payload-size is at least 65 bytes.*, not 10/],
  [[URL_A, '--params', '5'], /--params must be a JSON object or array/],
  [[URL_A, '--params', '@/no/file'], /cannot read \/no\/file: no such file or folder/],
  [[URL_A, '--expect', 'p98<5ms'], /"p98" cannot be expected; did you mean "p9[059]"\?/],
  [[URL_A, '--expect', 'p99<5'], /p99 needs a limit with a unit, such as p99<5ms/],
  [[URL_A, '--find-max', 'fast'], /"fast" is no expectation/],
  [[URL_A, '--find-max', 'p99<1s', '--rate', '0.5'], /begins with a --rate of 1 or more/],
  [[URL_A, '--stages', '5s'], /"5s" is not a shape, nor a list; write 10s@1000/],
  [[URL_A, '--rate', '5', '--stages', 'spikes'], /not a shape, nor a list; did you mean spike\?/],
  [[URL_A, '--stages', '5@x'], /"5@x"|rate a second/],
  [['node', 'x.js'], /"x\.js" is one argument too many; a server's command goes after --$/],
  [['cat'], /not "cat"; a server's command goes after --$/],
  [[URL_A, '--stages', 'spike'], /--stages spike needs a --rate/],
  [[URL_A, '--stages', '0s@5'], /--stages: "0s@5" lasts no time/],
  [[URL_A, '--stages', '5s@0,5s@0..0'], /no stage has a rate above 0/],
  [[URL_A, '--stages', '5s@5', '--duration', '3s'], /which leaves no room for --duration/],
  [
    [URL_A, '--duration', '501h'],
    /--duration takes a duration from 0s to 500h.*"501h" is too large/,
  ],
  [[URL_A, '--json', './a', '--csv', 'a'], /--json and --csv name the same file/],
  [[URL_A, '--subprotocol', 'a b'], /--subprotocol: "a b" is not one name/],
  [
    [URL_A, '--token-file', '/x', '--header', 'authorization: Basic x'],
    /--token-file and --header Authorization do not go together/,
  ],
  [[URL_A, '--vs', 'nowhere'], /--vs must be a ws:\/\/ or wss:\/\/ URL/],
  [[URL_A, '--header', 'no colon'], /--header needs 'Name: value'/],
  [[URL_A, '--threads', '60'], /--threads 60 needs at least as many connections, not 50/],
  [[URL_A, '--framing', 'ndjson'], /--framing is for a command/],
  [['--'], /a command is missing after --/],
  [[URL_A, '--insecure'], /--insecure is for wss:\/\/, and the target is not/],
  [['--insecure', '--', 'cat'], /--insecure is for a URL, not for a command/],
  [[URL_A, '--', 'cat'], /either ws:\/\/127\.0\.0\.1:1 or the command after --, not both/],
];

describe('bad options get one clear line', () => {
  for (const [argv, expected] of BAD) {
    it(argv.join(' ') || '(nothing)', () => {
      assert.throws(
        () => parseBenchOptions(argv),
        (error: unknown) => {
          assert.ok(error instanceof SluiceError && error.code === 'SLUICE_ERR_USAGE');
          assert.match(error.message, expected);
          assert.ok(!error.message.includes('\n'));
          return true;
        },
      );
    });
  }

  it('a report that cannot be written is refused before the run, with the code that it has behind it', () => {
    const wrong: readonly (readonly [string, string, string])[] = [
      ['--json', '/no/folder/x.json', 'no such file or folder'],
      ['--report', tmpdir(), 'it is a folder'],
    ];
    for (const [option, path, why] of wrong) {
      assert.throws(() => parseBenchOptions([URL_A, option, path]), {
        code: 'SLUICE_ERR_REPORT_UNWRITABLE',
        message: `${option} ${path}: cannot write the file: ${why}`,
      });
    }
  });

  it('a scenario says where it is wrong', (t) => {
    const path = join(temporaryFolder(t), 'bad.json');
    const wrong: readonly (readonly [unknown, RegExp])[] = [
      [[], /is not an object/],
      [{ mixture: [] }, /does not know "mixture"; did you mean "mix"\?/],
      [{ mix: [{ method: 'a', wieght: 1 }] }, /mix\[0\] does not know "wieght"/],
      [{ mix: [{ method: 'a', notification: true }] }, /mix needs at least one request/],
      [{ thinkTime: 5 }, /thinkTime is not an object/],
      [{ handshake: [{ params: {} }] }, /handshake\[0\]: "method" is not a string/],
      [{ mix: [{ method: 'a', expectSchema: { typ: 1 } }] }, /unknown keyword: "typ"/],
      [{ mix: [{ method: 'a', expectSchema: { type: 'strng' } }] }, /type must be equal to one/],
      [{ mix: [{ method: 'a', expectSchema: [] }] }, /"expectSchema" is not a JSON Schema/],
    ];
    for (const [scenario, expected] of wrong) {
      writeFileSync(path, JSON.stringify(scenario));
      assert.throws(() => parseBenchOptions([URL_A, '--scenario', path]), expected);
    }
  });

  it('a recording says which line is wrong, and which of its members', (t) => {
    const path = join(temporaryFolder(t), 'bad.ndjson');
    const good = '{"id":1,"method":"a"}';
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['{', /line 2 is not JSON/],
      ['[]', /line 2: not an object/],
      ['{"atMs":"x"}', /line 2: "message" is missing/],
      ['{"atMs":"x","message":{"id":1,"method":"a"}}', /line 2: "atMs" is not a time/],
      ['{"atMs":1,"message":5}', /line 2: "message" is not an object/],
      ['{"atMs":1,"message":{"id":1}}', /line 2: "method" is missing/],
      ['{"id":1,"params":[]}', /line 2: "method" is missing/],
      ['{"id":1,"method":5}', /line 2: "method" is not a string/],
    ];
    for (const [line, expected] of wrong) {
      writeFileSync(path, `${good}\n${line}\n`);
      assert.throws(() => parseBenchOptions([URL_A, '--scenario', path]), expected, line);
    }
    writeFileSync(path, `${good}\n{"id":7,"result":null}\n{"id":8,"error":{}}\n`);
    const { workload } = parseBenchOptions([URL_A, '--scenario', path]);
    assert.equal(workload.messages.length, 1, 'replies of the client are left out');
    writeFileSync(path, '{"method":"note"}\n');
    assert.throws(() => parseBenchOptions([URL_A, '--scenario', path]), /holds no request$/);
  });

  it('a scenario with a mix leaves no room for --method, one without has it', (t) => {
    const path = join(temporaryFolder(t), 'method.json');
    const argv = [URL_A, '--scenario', path, '--method', 'ask'];
    writeFileSync(path, JSON.stringify({ mix: [{ method: 'a' }] }));
    assert.throws(() => parseBenchOptions(argv), /--scenario and --method do not go together/);
    writeFileSync(path, JSON.stringify({ handshake: [{ method: 'hello' }] }));
    assert.equal(parseBenchOptions(argv).workload.messages[0]?.method, 'ask');
  });

  it('think time and a timed recording leave no room for an open load', (t) => {
    const path = join(temporaryFolder(t), 'timing');
    writeFileSync(`${path}.json`, JSON.stringify({ thinkTime: '5ms' }));
    writeFileSync(`${path}.ndjson`, '{"atMs":0,"message":{"id":1,"method":"a"}}\n');
    for (const flag of [
      ['--rate', '5'],
      ['--stages', '5s@5'],
      ['--find-max', 'p99<5ms'],
    ]) {
      const wrong = new RegExp(`${flag[0]}: .*leave (it|one) out`);
      for (const kind of ['json', 'ndjson']) {
        assert.throws(
          () => parseBenchOptions([URL_A, ...flag, '--scenario', `${path}.${kind}`]),
          wrong,
        );
      }
    }
  });
});

describe('the command', () => {
  let server: ServerProcess;
  const folder = temporaryFolder({ after });
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it('prints help, and exits with 2 for bad usage', () => {
    const help = sluiceBench('--help');
    assert.equal(help.code, 0);
    assert.match(help.out, /--connections N/);
    const bad = sluiceBench(server.url, '--rat', '5');
    assert.equal(bad.code, 2);
    assert.equal(bad.err, 'sluice: unknown option --rat; did you mean --rate?\n');
    assert.equal(bad.out, '');
  });

  it('a command that is not there is told before the run, as sluice serve tells it', () => {
    const missing = sluiceBench('--', 'no-such-command-here');
    assert.equal(missing.code, 1);
    assert.equal(missing.out, '');
    assert.equal(
      missing.err,
      'sluice: cannot start "no-such-command-here": it is not in PATH; check the command after -- (SLUICE_ERR_PROGRAM)\n',
    );
  });

  it('measures, prints a table and writes the result', () => {
    const json = join(folder, 'run.json');
    const run = sluiceBench(
      ...[server.url, '--requests', '200', '--warmup', '0', '--json', json],
      ...['--expect', 'p50>0.001ms', '--expect', 'errors<1%'],
    );
    assert.equal(run.code, 0, run.err);
    const result = JSON.parse(readFileSync(json, 'utf8')) as RunResult;
    assert.equal(result.schema, 'sluice-bench');
    assert.equal(result.totals.requests, 200);
    assert.deepEqual(
      result.expectations.map(({ passed }) => passed),
      [true, true],
    );
    assert.match(run.out, /p99\.99/);
  });

  it('counts errors up while it runs, where it is no terminal in plain lines', () => {
    const load = ['--rate', '20', '--connections', '1', '--duration', '2s', '--warmup', '0'];
    const run = sluiceBench(server.url, ...load, '--method', 'error');
    const errors = [...run.err.matchAll(/^measuring .* errors (\d+) /gm)].map((line) => +line[1]!);
    assert.equal(errors.length, 2, run.err);
    assert.ok(errors[0]! >= 15 && errors[1]! >= 35, run.err);
  });

  it('exits with 99 for a broken expectation and says which, with 1 for a failed run', () => {
    const common = [server.url, '--requests', '20', '--warmup', '0', '--quiet'];
    const broken = sluiceBench(...common, '--expect', 'max<10s', '--expect', 'rps>100m');
    assert.equal(broken.code, 99);
    assert.equal(broken.err, 'sluice: the expectation rps>100m is broken\n');
    const inTurn = [...common, '--rounds', '5', '--vs', server.url, '--expect', 'rps>100m'];
    const both = sluiceBench(...inTurn);
    assert.equal(
      both.err,
      `sluice: the expectation rps>100m is broken by ${server.url}\n`,
      'once for all rounds of both, which are one target',
    );
    const failed = sluiceBench(...common, '--method', 'twice', '--expect', 'rps>100m');
    assert.equal(failed.code, 1);
  });

  it('answers --find-max and --vs', () => {
    const short = ['--warmup', '0', '--duration', '50ms', '--connections', '2', '--quiet'];
    // No server answers within a microsecond: the search ends, without a rate.
    const json = join(folder, 'answer.json');
    const search = ['--rate', '60', '--find-max', 'max<1us', '--json', json];
    const found = sluiceBench(server.url, ...short, ...search);
    assert.equal(found.code, 1, found.err);
    assert.match(found.out, /max<1us/);
    const answer = JSON.parse(readFileSync(json, 'utf8')) as FindMaxResult & { schema: string };
    assert.equal(answer.schema, 'sluice-bench-find-max');
    assert.equal(answer.maxRate, null);
    assert.ok(answer.steps.length > 0 && answer.steps.every((step) => !step.ok));
    assert.equal(answer.steps[0]?.result.schema, 'sluice-bench');
    const compared = sluiceBench('compare', json, json);
    assert.equal(compared.code, 1);
    assert.match(compared.err, /holds a search of --find-max/);
    const versus = sluiceBench(server.url, ...short, '--vs', server.url, '--json', json);
    assert.equal(versus.code, 0, versus.err);
    assert.match(versus.out, /replies\/s/);
    const both = JSON.parse(readFileSync(json, 'utf8')) as {
      summary: VersusSummary;
      runs: { a: RunResult[]; b: RunResult[] };
    };
    assert.equal(both.summary.metrics[0]?.name, 'throughput');
    assert.deepEqual([both.runs.a.length, both.runs.b.length], [5, 5]);
  });

  it('a signal ends a search with what is known', async () => {
    const rates = ['--rate', '50', '--warmup', '0', '--duration', '400ms'];
    const search = [server.url, ...rates, '--find-max', 'p99<10s'];
    const bench = spawn(process.execPath, [PROGRAM, 'bench', ...search]);
    const [out, end] = [text(bench.stdout), once(bench, 'close')];
    for await (const line of createInterface(bench.stderr)) {
      if (line.includes('keeps the limits')) bench.kill('SIGINT');
    }
    assert.deepEqual(await end, [1, null]);
    assert.match(await out, /50\.0 requests\/s \(\d runs?, INTERRUPTED\)/);
    assert.doesNotMatch(await out, /beyond/);
  });

  it('a signal ends a run with what was measured, and says how much of it', async () => {
    const load = ['--warmup', '0', '--duration', '50s', '--rate', '100', '--threads', '2'];
    const bench = spawn(process.execPath, [PROGRAM, 'bench', server.url, ...load]);
    const [out, end] = [text(bench.stdout), once(bench, 'close')];
    let seconds = 0;
    for await (const line of createInterface(bench.stderr)) {
      if (line.includes('replies/s') && ++seconds === 2) bench.kill('SIGTERM');
    }
    assert.deepEqual(await end, [0, null]);
    assert.match(await out, /Interrupted: \d+\.\d of 50\.0 s were measured\./);
  });

  it('a signal does not wait for servers that do not answer', async () => {
    const silent = net.createServer((socket) => socket.resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as net.AddressInfo;
    const load = [`ws://127.0.0.1:${port}`, '--threads', '2', '--timeout', '1h'];
    const bench = spawn(process.execPath, [PROGRAM, 'bench', ...load]);
    const [out, end] = [text(bench.stdout), once(bench, 'close')];
    await once(silent, 'connection');
    bench.kill('SIGINT');
    assert.deepEqual(await end, [1, null]);
    assert.match(await out, /interrupted before anything was measured/);
    silent.close();
  });

  it('a second signal ends everything at once, children that trap signals too', async () => {
    const alive = net.createServer().listen(0, '127.0.0.1');
    await once(alive, 'listening');
    const { port } = alive.address() as net.AddressInfo;
    // Never answers, and ignores both the end of its input and SIGTERM.
    const stubborn = `process.on("SIGTERM",()=>{});require("net").connect(${port},"127.0.0.1")`;
    const bench = spawn(process.execPath, [
      PROGRAM,
      'bench',
      '--',
      process.execPath,
      '-e',
      stubborn,
    ]);
    const end = once(bench, 'close');
    const [child] = (await once(alive, 'connection')) as [net.Socket];
    const childEnd = once(
      child.resume().on('error', () => undefined),
      'close',
    );
    bench.kill('SIGINT');
    bench.kill('SIGTERM');
    assert.deepEqual(await end, [1, null]);
    await childEnd;
    alive.close();
  });
});
