import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseBenchOptions } from '../src/bench/options/parse-options.js';
import { generateParams } from '../src/bench/payload/generated-params.js';
import { runBenchmark } from '../src/bench/run-benchmark.js';
import type { RunResult } from '../src/bench/run-result.js';
import { median } from '../src/bench/statistics/median.js';
import { UNWATCHED } from './comparison/measure.js';
import { runFacts, writeResult } from './comparison/result.js';
import { runUsualClient, type UsualOutcome } from './fixtures/usual-client.js';
import {
  JSON_OPTION,
  ROUNDS_OPTION,
  readJsonPath,
  readRounds,
  readScriptArguments,
} from './script-arguments.js';

/**
 * How fast the load generator of `sluice bench` is: one thread, closed load of 50
 * connections with 16 requests of 100 bytes in flight each, against a raw
 * uWebSockets.js echo in a process of its own; beside it the same load from a `ws`
 * client written in the usual way. Both in turn, so that the machine's mood is shared.
 *
 *     npm run bench:generator [-- --rounds 3] [--json FILE]
 */
const CONNECTIONS = 50;
const DEPTH = 16;
const REQUEST_BYTES = 100;
const WARMUP_MS = 500;
const DURATION_MS = 2_000;
/** What the generator has to reach. */
const WANTED_PER_SECOND = 300_000;
const WANTED_RATIO = 5;

const { rounds, json } = readScriptArguments(
  {
    name: 'bench:generator',
    about:
      'Measures the load generator of sluice bench against a raw uWebSockets.js echo, beside a ws client\n' +
      'written in the usual way.',
    takes: 'about 20 s',
    options: { ...ROUNDS_OPTION, ...JSON_OPTION },
  },
  (given) => ({
    rounds: readRounds(given),
    json: readJsonPath(given),
  }),
);
const server = spawn(
  process.execPath,
  [fileURLToPath(new URL('./peers/raw-echo.js', import.meta.url))],
  { stdio: ['pipe', 'pipe', 'inherit'] },
);
const [url] = (await once(createInterface(server.stdout), 'line')) as [string];

await driveGenerator(['--requests', '5000', '--warmup', '0']);
const generator: number[] = [];
const usual: number[] = [];
for (let round = 0; round < rounds; round++) {
  const timed = ['--duration', `${DURATION_MS}ms`, '--warmup', `${WARMUP_MS}ms`];
  generator.push((await driveGenerator(timed)).totals.repliesPerSecond);
  usual.push((await driveUsual()).repliesPerSecond);
}
server.stdin.end();

const ratio = median(generator) / median(usual);
const report = {
  name: 'generator',
  ...runFacts(),
  load: {
    connections: CONNECTIONS,
    depth: DEPTH,
    requestBytes: REQUEST_BYTES,
    durationMs: DURATION_MS,
  },
  generatorPerSecond: generator.map(Math.round),
  usualClientPerSecond: usual.map(Math.round),
  medianGeneratorPerSecond: Math.round(median(generator)),
  medianUsualClientPerSecond: Math.round(median(usual)),
  ratio: Math.round(ratio * 100) / 100,
  wanted: { perSecond: WANTED_PER_SECOND, ratio: WANTED_RATIO },
};
if (json !== null) writeResult(json, report);
process.stdout.write(
  `generator ${report.medianGeneratorPerSecond}/s, usual ws client ` +
    `${report.medianUsualClientPerSecond}/s: ${report.ratio} times ` +
    `(wanted: ${WANTED_PER_SECOND}/s and ${WANTED_RATIO} times)\n`,
);

/** Drives the echo with sluice bench's engine; throws where a reply was not right. */
async function driveGenerator(bounds: readonly string[]): Promise<RunResult> {
  const options = parseBenchOptions([
    ...[url, '--connections', String(CONNECTIONS), '--depth', String(DEPTH)],
    ...['--payload-size', String(REQUEST_BYTES), '--allow-echo', ...bounds],
  ]);
  const result = await runBenchmark(options, options.target, UNWATCHED);
  if (!result.passed || result.totals.replies !== result.totals.requests) {
    throw new Error(`the generator's run failed: ${result.failureReasons.join('; ')}`);
  }
  return result;
}

async function driveUsual(): Promise<UsualOutcome> {
  const outcome = await runUsualClient({
    url,
    connections: CONNECTIONS,
    depth: DEPTH,
    params: generateParams(REQUEST_BYTES, '2.0', 'echo', 1),
    warmupMs: WARMUP_MS,
    durationMs: DURATION_MS,
  });
  if (outcome.wrong > 0) throw new Error(`${outcome.wrong} replies to the usual client were wrong`);
  return outcome;
}
