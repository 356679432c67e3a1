/**
 * Memory of the gateway: for each idle connection, and after minutes of full load.
 *
 *     npm run bench:memory [-- --connections 10000] [--minutes 2] [--json FILE]
 *
 * Idle: VmRSS of the server process before and after so many connections that say nothing,
 * beside the same for the raw uWebSockets.js echo, which shows what the socket library
 * takes by itself. Load: 50 connections, 16 deep, 1.2 KB; VmRSS after one minute against
 * that at the end. `--minutes 0` leaves the load out, `--minutes 10` is the full claim.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseBenchOptions } from '../src/bench/options/parse-options.js';
import { textColumns } from '../src/bench/report/text-columns.js';
import { runBenchmark } from '../src/bench/run-benchmark.js';
import { median } from '../src/bench/statistics/median.js';
import { usageError } from '../src/errors.js';
import { LARGEST_CONNECTIONS } from '../src/limits.js';
import { type ReadValue, wholeNumber } from '../src/options/value-readers.js';
import { type Contender, sluice, uwsRaw } from './comparison/contenders.js';
import { NOTHING_INSTALLED } from './comparison/installation.js';
import { UNWATCHED } from './comparison/measure.js';
import { progress } from './comparison/progress.js';
import { runFacts, writeResult } from './comparison/result.js';
import { closeGuard, ServerProcess } from './comparison/server-process.js';
import { verdict } from './comparison/verdict.js';
import { closeIdle, openIdle } from './fixtures/idle-clients.js';
import { JSON_OPTION, readJsonPath, readScriptArguments } from './script-arguments.js';

const IDLE_BAR_BYTES = 2 * 1024;
/**
 * The memory at the end may be this much above that after a minute: what VmRSS wanders by itself.
 */
const GROWTH_BAR = 1.05;
/** Connections that are there before anything is measured: first uses cost once, not each time. */
const FIRST_CONNECTIONS = 100;
const DEFAULT_CONNECTIONS = 10_000;
const DEFAULT_MINUTES = 2;
const MAX_MINUTES = 24 * 60;
const SETTLE_MS = 3_000;
const MINUTE_S = 60;
/** Seconds around a moment whose median counts. */
const MOMENT_S = 10;
const KIB = 1024;

/** 0 leaves the load out; below 2 it would have no end apart from its first minute. */
const minutesOfLoad: ReadValue<number> = (text, what) => {
  const read = wholeNumber(0, MAX_MINUTES)(text, what);
  if (read !== 1) return read;
  throw usageError(`${what} is 0, for no load, or at least 2`);
};

const { connections, minutes, json } = readScriptArguments(
  {
    name: 'bench:memory',
    about:
      'Measures the memory of the gateway: for each idle connection, beside the raw uWebSockets.js echo; and\n' +
      'at the end of minutes of full load against after the first.',
    takes: 'about 3 min: one, and the minutes of load',
    options: {
      connections: { value: 'N', help: `idle connections [${DEFAULT_CONNECTIONS}]` },
      minutes: { value: 'N', help: `of full load; 0 leaves it out [${DEFAULT_MINUTES}]` },
      ...JSON_OPTION,
    },
  },
  (given) => ({
    connections:
      given.read('connections', wholeNumber(FIRST_CONNECTIONS + 1, LARGEST_CONNECTIONS)) ??
      DEFAULT_CONNECTIONS,
    minutes: given.read('minutes', minutesOfLoad) ?? DEFAULT_MINUTES,
    json: readJsonPath(given),
  }),
);
const say = progress();
const wanted = Math.min(connections, affordable());
const idle = {
  connections: wanted,
  sluiceBytes: await idleBytes(sluice, wanted),
  rawBytes: await idleBytes(uwsRaw, wanted),
  barBytes: IDLE_BAR_BYTES,
};
const load = minutes === 0 ? null : await loadMemory(minutes);
closeGuard();

const rows = [
  ['', 'gateway', 'raw uWebSockets.js', 'bar'],
  [
    `bytes for each of ${wanted} idle connections`,
    String(idle.sluiceBytes),
    String(idle.rawBytes),
    `<= ${IDLE_BAR_BYTES}: ${verdict(idle.sluiceBytes <= IDLE_BAR_BYTES)}`,
  ],
];
if (load !== null) {
  rows.push([
    `MiB after 1 minute of load, after ${minutes}`,
    `${mib(load.afterOneMinuteBytes)}, ${mib(load.atEndBytes)}`,
    '',
    `<= ${GROWTH_BAR} times: ${verdict(load.growth <= GROWTH_BAR)}`,
  ]);
}
process.stdout.write(`${textColumns(rows, ['left', 'right', 'right', 'left']).join('\n')}\n`);
if (json !== null) {
  writeResult(json, { name: 'memory', ...runFacts(), idle, load });
}

/** VmRSS that one more idle connection takes, measured with `count` of them. */
async function idleBytes(contender: Contender, count: number): Promise<number> {
  const command = await contender.command(NOTHING_INSTALLED);
  const isSluice = contender === sluice;
  const argv = isSluice ? [...command.argv, '--max-connections', '100000'] : command.argv;
  const server = await ServerProcess.start({ ...command, argv });
  try {
    const first = await openIdle(server.url, FIRST_CONNECTIONS);
    await sleep(SETTLE_MS);
    const beforeBytes = residentBytes(server.pid);
    const others = await openIdle(server.url, count - FIRST_CONNECTIONS);
    await sleep(SETTLE_MS);
    const afterBytes = residentBytes(server.pid);
    say(
      `${contender.name}: ${mib(beforeBytes)} MiB with ${FIRST_CONNECTIONS} idle connections, ` +
        `${mib(afterBytes)} MiB with ${count}`,
    );
    await closeIdle([...first, ...others]);
    return Math.round((afterBytes - beforeBytes) / others.length);
  } finally {
    await server.stop();
  }
}

async function loadMemory(lengthMinutes: number): Promise<{
  minutes: number;
  afterOneMinuteBytes: number;
  atEndBytes: number;
  growth: number;
  bytesBySecond: readonly (number | null)[];
}> {
  const server = await ServerProcess.start(await sluice.command(NOTHING_INSTALLED));
  try {
    say(`${lengthMinutes} minutes of full load`);
    const options = parseBenchOptions([
      ...[server.url, '--connections', '50', '--depth', '16'],
      ...['--duration', `${lengthMinutes}m`, '--payload-size', '1200'],
    ]);
    const { timeline, passed, failureReasons } = await runBenchmark(
      options,
      options.target,
      UNWATCHED,
    );
    if (!passed) throw new Error(`the load failed: ${failureReasons.join('; ')}`);
    const around = (second: number): number =>
      median(
        timeline
          .filter((point) => Math.abs(point.second - second) <= MOMENT_S)
          .flatMap(({ serverMemoryBytes }) => serverMemoryBytes ?? []),
      );
    const afterOneMinuteBytes = around(MINUTE_S);
    const atEndBytes = around(lengthMinutes * MINUTE_S);
    return {
      minutes: lengthMinutes,
      afterOneMinuteBytes,
      atEndBytes,
      growth: Math.round((atEndBytes / afterOneMinuteBytes) * 1_000) / 1_000,
      bytesBySecond: timeline.map(({ serverMemoryBytes }) => serverMemoryBytes),
    };
  } finally {
    await server.stop();
  }
}

/** As many connections as descriptors allow: Node has raised its limit to the hard one. */
function affordable(): number {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  const most = files - FIRST_CONNECTIONS;
  if (most < connections) {
    say(`only ${most} connections: the limit is ${files} descriptors (ulimit -n)`);
  }
  return most;
}

function residentBytes(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) * KIB;
}

function mib(bytes: number): string {
  return (bytes / KIB / KIB).toFixed(1);
}
