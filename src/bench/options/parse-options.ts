import { usageError } from '../../errors.js';
import { parseArguments } from '../../options/arguments.js';
import { oneOf, ratePerSecond, wholeNumber } from '../../options/value-readers.js';
import {
  DEFAULT_CONNECTIONS,
  DEFAULT_DEPTH,
  DEFAULT_DURATION_MS,
  DEFAULT_ROUNDS,
  DEFAULT_STEP_MS,
  DEFAULT_TIMEOUT_MS,
  DEFAULT_WARMUP_MS,
  FIND_MAX_START_RATE,
  MAX_DEPTH,
  MAX_GENERATOR_THREADS,
  MAX_LOAD_CONNECTIONS,
  MAX_PROCESSES,
  MAX_RATE,
  MIN_ROUNDS,
} from '../bench-limits.js';
import { isStageShape, level, parseStages } from '../load/stage-plan.js';
import type { Workload } from '../payload/message-spec.js';
import { maskUrl, type Target } from '../transport/target.js';
import { benchDurationMs } from './bench-duration.js';
import type { BenchOptions, ModelOptions } from './bench-options.js';
import { parseExpectation, parseLimits } from './expectation.js';
import { BENCH_OPTIONS, type BenchArguments } from './option-table.js';
import { readReportPaths } from './report-paths.js';
import { readTarget, readVersusTarget } from './target-options.js';
import { readWorkload } from './workload-options.js';

const MAX_REQUESTS = 1e12;
const MAX_DISTURBERS = 10_000;

/**
 * Understands the arguments after `sluice bench`. @throws SluiceError SLUICE_ERR_USAGE,
 * SLUICE_ERR_PROGRAM, SLUICE_ERR_REPORT_UNWRITABLE, each with one clear line.
 */
export function parseBenchOptions(argv: readonly string[]): BenchOptions {
  const flags = parseArguments(argv, BENCH_OPTIONS);
  checkTogether(flags);
  const target = readTarget(flags);
  const workload = readWorkload(flags);
  const requests = flags.read('requests', wholeNumber(1, MAX_REQUESTS));
  const asksMany = flags.has('find-max') || flags.has('vs');
  const durationMs =
    requests === null
      ? (flags.read('duration', someTimeMs) ?? (asksMany ? DEFAULT_STEP_MS : DEFAULT_DURATION_MS))
      : null;
  const model = readModel(flags, workload, durationMs);
  const stagesMs = model.kind === 'open' ? sum(model.stages.map((stage) => stage.durationMs)) : 0;
  const connections = readConnections(flags, target);
  const threads = flags.read('threads', wholeNumber(1, MAX_GENERATOR_THREADS)) ?? 1;
  if (threads > connections) {
    throw usageError(`--threads ${threads} needs at least as many connections, not ${connections}`);
  }
  const findMax = flags.one('find-max');
  return Object.freeze({
    target,
    versusTarget: readVersusTarget(flags, target),
    rounds: flags.read('rounds', wholeNumber(MIN_ROUNDS, 1_000)) ?? DEFAULT_ROUNDS,
    findMax: findMax === null ? null : { text: findMax, limits: parseLimits(findMax) },
    expectations: flags.all('expect').map(parseExpectation),
    workload,
    connections,
    threads,
    model,
    rampMs: flags.read('ramp', benchDurationMs) ?? 0,
    warmupMs: flags.read('warmup', benchDurationMs) ?? DEFAULT_WARMUP_MS,
    durationMs: durationMs !== null && stagesMs > 0 ? stagesMs : durationMs,
    requests,
    timeoutMs: flags.read('timeout', someTimeMs) ?? DEFAULT_TIMEOUT_MS,
    disturbance: {
      slowReaders: flags.read('slow-readers', wholeNumber(1, MAX_DISTURBERS)) ?? 0,
      churnPerSecond: flags.read('churn', ratePerSecond(MAX_RATE)) ?? 0,
      bigMessages: flags.read('big-messages', wholeNumber(1, MAX_DISTURBERS)) ?? 0,
    },
    reports: readReportPaths(flags),
    isQuiet: flags.has('quiet'),
    commandLine: maskSecrets(argv),
  });
}

/** Pairs of flags that contradict each other. */
function checkTogether(flags: BenchArguments): void {
  const pairs = [
    ['requests', 'duration', 'either bounds the run'],
    ['rate', 'depth', 'an open load has no depth'],
    ['stages', 'depth', 'an open load has no depth'],
    ['stages', 'requests', 'stages end by time'],
    ['find-max', 'vs', 'one question at a time'],
    ['find-max', 'stages', 'it chooses the rates itself'],
    ['find-max', 'depth', 'it is an open load'],
    ['find-max', 'requests', 'its steps end by time'],
    ['params', 'payload-size', 'either makes the params'],
    ['connections', 'processes', 'they are the same for a command'],
  ] as const;
  for (const [one, other, why] of pairs) {
    if (flags.has(one) && flags.has(other)) {
      throw usageError(`--${one} and --${other} do not go together: ${why}`);
    }
  }
  if (
    flags.has('arrivals') &&
    !(['rate', 'stages', 'find-max'] as const).some((flag) => flags.has(flag))
  ) {
    throw usageError('--arrivals needs an open load: give a --rate');
  }
  if (flags.has('rounds') && !flags.has('vs')) throw usageError('--rounds needs --vs');
}

function readModel(
  flags: BenchArguments,
  workload: Workload,
  durationMs: number | null,
): ModelOptions {
  const isTimed = workload.recording?.[0]?.atMs != null;
  const stages = flags.one('stages');
  let perSecond = flags.read('rate', ratePerSecond(MAX_RATE));
  if (flags.has('find-max')) {
    perSecond ??= FIND_MAX_START_RATE;
    if (perSecond < 1) throw usageError('--find-max begins with a --rate of 1 or more');
  }
  if (perSecond === null && stages === null) {
    if (!isTimed) {
      return {
        kind: 'closed',
        depth: flags.read('depth', wholeNumber(1, MAX_DEPTH)) ?? DEFAULT_DEPTH,
      };
    }
    if (flags.has('depth')) {
      throw usageError('--depth: the recording has its own timing; leave it out');
    }
    return { kind: 'replay' };
  }
  const asked = (['find-max', 'stages', 'rate'] as const).find((flag) => flags.has(flag))!;
  if (isTimed) {
    throw usageError(`--${asked}: the recording has its own timing; leave it out`);
  }
  if (workload.thinkTime !== null) {
    throw usageError(`--${asked}: think time belongs to the closed model; leave one out`);
  }
  if (stages !== null && !isStageShape(stages) && flags.has('duration')) {
    throw usageError('--stages has times of its own, which leaves no room for --duration');
  }
  const arrivals = flags.read('arrivals', oneOf(['uniform', 'poisson'])) ?? 'uniform';
  const lengthMs = durationMs ?? Number.POSITIVE_INFINITY;
  return {
    kind: 'open',
    arrivals,
    stages:
      stages === null ? [level(lengthMs, perSecond!)] : parseStages(stages, perSecond, lengthMs),
  };
}

function readConnections(flags: BenchArguments, target: Target): number {
  if (target.kind === 'websocket') {
    if (flags.has('processes')) throw usageError('--processes needs a command after --');
    return flags.read('connections', wholeNumber(1, MAX_LOAD_CONNECTIONS)) ?? DEFAULT_CONNECTIONS;
  }
  const processes = flags.read('processes', wholeNumber(1, MAX_PROCESSES));
  return processes ?? flags.read('connections', wholeNumber(1, MAX_PROCESSES)) ?? 1;
}

/** A duration longer than nothing, in milliseconds. */
function someTimeMs(text: string, what: string): number {
  const ms = benchDurationMs(text, what);
  if (ms > 0) return ms;
  throw usageError(`${what} must be longer than nothing`);
}

/**
 * Values of headers and queries are often tokens: reports are handed on, so they keep the names
 * alone.
 */
function maskSecrets(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.map((argument, i) => {
    if (i >= end) return argument;
    if (argument.startsWith('--header=')) return `--header=${maskHeader(argument.slice(9))}`;
    if (argv[i - 1] === '--header') return maskHeader(argument);
    return /^(--vs=)?wss?:/i.test(argument) ? maskUrl(argument) : argument;
  });
}

function maskHeader(line: string): string {
  const colon = line.indexOf(':');
  return colon === -1 ? '***' : `${line.slice(0, colon)}: ***`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
