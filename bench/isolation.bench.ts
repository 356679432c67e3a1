/**
 * What one client can do to the others.
 *
 *     npm run bench:isolation [-- --rounds 3] [--json FILE]
 *
 * Large messages: ten clients send 100 B requests at a modest open rate, alone and while another
 * client sends 8 MiB requests without pause, two in flight, and comes again when it is closed; the
 * gateway has two worker threads. Latencies count from when a request was due; beside them stands
 * the round trip, from when it was sent, for the generator waits for a processor as well. The bar
 * is the round trip's. The same on the plain `ws` + JSON server and on the raw uWebSockets.js echo,
 * which shows how much of it is the machine: generator, gateway, workers and the large client share
 * its cores.
 *
 * A flood: ten clients with 16 requests of 100 B in flight each; then nine of them beside a client
 * that sends as fast as its socket takes it and comes again when it is closed. The nine should keep
 * nine tenths. How often it was closed stands beside it: a server that only keeps others quick by
 * turning the flood away should be seen to.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseBenchOptions } from '../src/bench/options/parse-options.js';
import { textColumns } from '../src/bench/report/text-columns.js';
import { formatCount } from '../src/bench/report/units.js';
import { runBenchmark } from '../src/bench/run-benchmark.js';
import { median } from '../src/bench/statistics/median.js';
import { type Contender, sluice, uwsRaw, wsJson } from './comparison/contenders.js';
import { NOTHING_INSTALLED } from './comparison/installation.js';
import { UNWATCHED } from './comparison/measure.js';
import { progress } from './comparison/progress.js';
import { runFacts, writeResult } from './comparison/result.js';
import { closeGuard, ServerProcess } from './comparison/server-process.js';
import { verdict } from './comparison/verdict.js';
import type { FloodCounts } from './fixtures/flooding-client.js';
import {
  JSON_OPTION,
  ROUNDS_OPTION,
  readJsonPath,
  readRounds,
  readScriptArguments,
} from './script-arguments.js';

const LARGE_BYTES = 8 * 1024 * 1024;
const SMALL_BYTES = 100;
const P99_BAR_US = 5_000;
/** Of its fair share, what the machine's own noise leaves. */
const SHARE_BAR = 0.9;
const OPEN = ['--connections', '10', '--rate', '1000'];
const CLOSED = ['--depth', '16', '--connections'];
const TIMES = ['--warmup', '500ms', '--duration', '3s', '--timeout', '5s'];
/** The large client always has a second request on its way while the first is answered. */
const LARGE_WINDOW = 2;
const NO_WINDOW = 0;
/** How long the flooding client may take to send its first request. */
const FLOOD_START_MS = 15_000;
const POLL_MS = 20;
const CONTENDERS: readonly Contender[] = [sluice, wsJson, uwsRaw];

interface Flood extends FloodCounts {
  readonly seconds: number;
}
interface Small {
  readonly p50Us: number;
  readonly p99Us: number;
  /** From when a request was sent, not from when it was due. */
  readonly roundTripP99Us: number;
  readonly perSecond: number;
  readonly unanswered: number;
}
interface Round {
  readonly contender: string;
  readonly alone: Small;
  readonly besideLarge: Small;
  readonly large: Flood;
  readonly tenClients: Small;
  readonly nineBesideFlood: Small;
  readonly flood: Flood;
}

const told = readScriptArguments(
  {
    name: 'bench:isolation',
    about:
      'Measures what one client does to the others: one with requests of 8 MiB, and one that floods; on\n' +
      'Sluice, the plain ws + JSON server and the raw uWebSockets.js echo.',
    takes: 'about 3 min, one for each round',
    options: { ...ROUNDS_OPTION, ...JSON_OPTION },
  },
  (given) => ({
    rounds: readRounds(given),
    json: readJsonPath(given),
  }),
);
const say = progress();
const servers = new Map<Contender, ServerProcess>();
const rounds: Round[] = [];
try {
  for (const contender of CONTENDERS) {
    const command = await contender.command(NOTHING_INSTALLED);
    const threads = contender === sluice ? ['--threads', '2'] : [];
    const argv = [...command.argv, ...threads];
    servers.set(contender, await ServerProcess.start({ ...command, argv }));
  }
  for (let round = 0; round < told.rounds; round++) {
    for (const [contender, { url }] of servers) {
      rounds.push(await measureRound(contender, url));
      const { alone, besideLarge } = rounds.at(-1)!;
      say(`${contender.name}: p99 alone ${alone.p99Us} us, beside 8 MiB ${besideLarge.p99Us} us`);
    }
  }
} finally {
  await Promise.all([...servers.values()].map((server) => server.stop()));
  closeGuard();
}

const summary = CONTENDERS.map((contender) => {
  const own = rounds.filter((round) => round.contender === contender.name);
  const middle = (of: (round: Round) => number): number => median(own.map(of));
  return {
    contender: contender.name,
    p99AloneUs: middle(({ alone }) => alone.p99Us),
    p99BesideLargeUs: middle(({ besideLarge }) => besideLarge.p99Us),
    roundTripP99Us: middle(({ besideLarge }) => besideLarge.roundTripP99Us),
    largePerSecond: middle(({ large }) => large.fullReplies / large.seconds),
    largeCloses: middle(({ large }) => closes(large)),
    floodPerSecond: middle(({ flood }) => flood.sent / flood.seconds),
    floodCloses: middle(({ flood }) => closes(flood)),
    shareBesideFlood: middle(
      ({ tenClients, nineBesideFlood }) => nineBesideFlood.perSecond / (tenClients.perSecond * 0.9),
    ),
    p99TenClientsUs: middle(({ tenClients }) => tenClients.p99Us),
    p99BesideFloodUs: middle(({ nineBesideFlood }) => nineBesideFlood.p99Us),
  };
});
const header = [
  ...['small requests to', 'p99 alone', 'p99 by 8 MiB', 'round trip', '8 MiB replies/s', 'closed'],
  ...['share by flood', 'p99 of ten', 'p99 by flood', 'flood sent/s', 'closed'],
];
const cells = summary.map((row) => [
  row.contender,
  `${formatCount(row.p99AloneUs)} us`,
  `${formatCount(row.p99BesideLargeUs)} us`,
  `${formatCount(row.roundTripP99Us)} us`,
  row.largePerSecond.toFixed(1),
  String(row.largeCloses),
  row.shareBesideFlood.toFixed(2),
  `${formatCount(row.p99TenClientsUs)} us`,
  `${formatCount(row.p99BesideFloodUs)} us`,
  formatCount(row.floodPerSecond),
  String(row.floodCloses),
]);
const [own] = summary;
process.stdout.write(`${textColumns([header, ...cells]).join('\n')}\n`);
process.stdout.write(
  `Sluice's round trip beside 8 MiB, p99 <= ${P99_BAR_US} us: ${verdict(own!.roundTripP99Us <= P99_BAR_US)}; ` +
    `share beside a flood >= ${SHARE_BAR}: ${verdict(own!.shareBesideFlood >= SHARE_BAR)}\n`,
);
if (told.json !== null) {
  writeResult(told.json, { name: 'isolation', ...runFacts(), summary, rounds });
}

async function measureRound(contender: Contender, url: string): Promise<Round> {
  const alone = await drive(contender, url, OPEN);
  const [besideLarge, large] = await beside(url, LARGE_BYTES, LARGE_WINDOW, () =>
    drive(contender, url, OPEN),
  );
  const tenClients = await drive(contender, url, [...CLOSED, '10']);
  const [nineBesideFlood, flood] = await beside(url, SMALL_BYTES, NO_WINDOW, () =>
    drive(contender, url, [...CLOSED, '9']),
  );
  return {
    contender: contender.name,
    ...{ alone, besideLarge, large, tenClients, nineBesideFlood, flood },
  };
}

/** Small requests in the given load. */
async function drive(contender: Contender, url: string, load: readonly string[]): Promise<Small> {
  const options = parseBenchOptions([url, ...load, ...TIMES, ...contender.flags(SMALL_BYTES)]);
  const result = await runBenchmark(options, options.target, UNWATCHED);
  const { timeouts, errorReplies, lost } = result.failures;
  return {
    p50Us: result.latency.p50Us,
    p99Us: result.latency.p99Us,
    roundTripP99Us: (result.latencyUncorrected ?? result.latency).p99Us,
    perSecond: Math.round(result.totals.repliesPerSecond),
    unanswered: timeouts + errorReplies + lost,
  };
}

/**
 * Measures while a client floods the server with requests of a size; what that client did
 * meanwhile.
 */
async function beside(
  url: string,
  bytes: number,
  window: number,
  act: () => Promise<Small>,
): Promise<[Small, Flood]> {
  const script = fileURLToPath(new URL('./fixtures/flooding-client.js', import.meta.url));
  const child = spawn(process.execPath, [script, url, String(bytes), String(window)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the flooding client ended with ${code ?? signal}`);
  });
  ended.catch(() => undefined);
  const lines = createInterface(child.stdout);
  const ask = async (): Promise<FloodCounts> => {
    const said = once(lines, 'line');
    child.stdin.write('\n');
    const [line] = (await Promise.race([said, ended])) as [string];
    return JSON.parse(line) as FloodCounts;
  };
  const began = performance.now();
  try {
    // It must be at work before anything counts; a server may be slow with the first large one.
    for (let counts = await ask(); counts.sent === 0; counts = await ask()) {
      if (performance.now() - began > FLOOD_START_MS)
        throw new Error(`the flooding client is not accepted: ${JSON.stringify(counts.closes)}`);
      await sleep(POLL_MS);
    }
    const small = await act();
    return [small, { ...(await ask()), seconds: (performance.now() - began) / 1_000 }];
  } finally {
    child.stdin.end();
  }
}

function closes(flood: Flood): number {
  return Object.values(flood.closes).reduce((sum, count) => sum + count, 0);
}
