import {
  DEFAULT_CONNECTIONS,
  DEFAULT_DEPTH,
  DEFAULT_DURATION_MS,
  DEFAULT_ROUNDS,
  DEFAULT_STEP_MS,
  DEFAULT_TIMEOUT_MS,
  DEFAULT_WARMUP_MS,
  FIND_MAX_START_RATE,
  MAX_CONNECTIONS,
  MAX_DEPTH,
  MAX_PROCESSES,
  MAX_THREADS,
  MIN_ROUNDS,
} from '../bench-limits.js';
import { isStageShape, level, parseStages } from '../load/stage-plan.js';
import type { Workload } from '../payload/message-spec.js';
import type { Target } from '../transport/target.js';
import type { BenchOptions, ModelOptions } from './bench-options.js';
import { parseExpectation, parseLimits } from './expectation.js';
import { choice, type FlagValues, readFlags } from './flag-values.js';
import { parseCount, parseDurationMs, parseRate } from './quantity.js';
import { readReportPaths } from './report-paths.js';
import { readTarget, readVersusTarget } from './target-options.js';
import { UsageError } from './usage-error.js';
import { readWorkload } from './workload-options.js';

const MAX_REQUESTS = 1e12;
const MAX_DISTURBERS = 10_000;

/** Understands the arguments after `sluice bench`; throws UsageError with one clear line. */
export function parseOptions(argv: readonly string[]): BenchOptions {
  const flags = readFlags(argv);
  checkTogether(flags);
  const target = readTarget(flags);
  const workload = readWorkload(flags);
  const requests = count(flags, 'requests', 1, MAX_REQUESTS);
  const asksMany = flags.has('find-max') || flags.has('vs');
  const durationMs =
    requests === null
      ? (time(flags, 'duration') ?? (asksMany ? DEFAULT_STEP_MS : DEFAULT_DURATION_MS))
      : null;
  const model = readModel(flags, workload, durationMs);
  const stagesMs = model.kind === 'open' ? sum(model.stages.map((stage) => stage.durationMs)) : 0;
  const connections = readConnections(flags, target);
  const threads = count(flags, 'threads', 1, MAX_THREADS) ?? 1;
  if (threads > connections) {
    throw new UsageError(
      `--threads ${threads} needs at least as many connections, not ${connections}`,
    );
  }
  const findMax = flags.one('find-max');
  return Object.freeze({
    target,
    versusTarget: readVersusTarget(flags, target),
    rounds: count(flags, 'rounds', MIN_ROUNDS, 1_000) ?? DEFAULT_ROUNDS,
    findMax: findMax === null ? null : { text: findMax, limits: parseLimits(findMax) },
    expectations: flags.all('expect').map(parseExpectation),
    workload,
    connections,
    threads,
    model,
    rampMs: time(flags, 'ramp') ?? 0,
    warmupMs: time(flags, 'warmup') ?? DEFAULT_WARMUP_MS,
    durationMs: durationMs !== null && stagesMs > 0 ? stagesMs : durationMs,
    requests,
    timeoutMs: positive(time(flags, 'timeout') ?? DEFAULT_TIMEOUT_MS, '--timeout'),
    disturbance: {
      slowReaders: count(flags, 'slow-readers', 1, MAX_DISTURBERS) ?? 0,
      churnPerSecond: rate(flags, 'churn') ?? 0,
      bigMessages: count(flags, 'big-messages', 1, MAX_DISTURBERS) ?? 0,
    },
    reports: readReportPaths(flags),
    isQuiet: flags.has('quiet'),
    commandLine: maskSecrets(argv),
  });
}

/** Pairs of flags that contradict each other. */
function checkTogether(flags: FlagValues): void {
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
      throw new UsageError(`--${one} and --${other} do not go together: ${why}`);
    }
  }
  if (flags.has('arrivals') && !['rate', 'stages', 'find-max'].some((flag) => flags.has(flag))) {
    throw new UsageError('--arrivals needs an open load: give a --rate');
  }
  if (flags.has('rounds') && !flags.has('vs')) throw new UsageError('--rounds needs --vs');
}

function readModel(flags: FlagValues, workload: Workload, durationMs: number | null): ModelOptions {
  const isTimed = workload.recording?.[0]?.atMs != null;
  const stages = flags.one('stages');
  let perSecond = rate(flags, 'rate');
  if (flags.has('find-max')) {
    perSecond ??= FIND_MAX_START_RATE;
    if (perSecond < 1) throw new UsageError('--find-max begins with a --rate of 1 or more');
  }
  if (perSecond === null && stages === null) {
    if (!isTimed) {
      return { kind: 'closed', depth: count(flags, 'depth', 1, MAX_DEPTH) ?? DEFAULT_DEPTH };
    }
    if (flags.has('depth')) {
      throw new UsageError('--depth: the recording has its own timing; leave it out');
    }
    return { kind: 'replay' };
  }
  const asked = ['find-max', 'stages', 'rate'].find((flag) => flags.has(flag))!;
  if (isTimed) {
    throw new UsageError(`--${asked}: the recording has its own timing; leave it out`);
  }
  if (workload.thinkTime !== null) {
    throw new UsageError(`--${asked}: think time belongs to the closed model; leave one out`);
  }
  if (stages !== null && !isStageShape(stages) && flags.has('duration')) {
    throw new UsageError('--stages has times of its own, which leaves no room for --duration');
  }
  const arrivals = choice(flags.one('arrivals') ?? 'uniform', '--arrivals', ['uniform', 'poisson']);
  const lengthMs = durationMs ?? Number.POSITIVE_INFINITY;
  return {
    kind: 'open',
    arrivals,
    stages:
      stages === null ? [level(lengthMs, perSecond!)] : parseStages(stages, perSecond, lengthMs),
  };
}

function readConnections(flags: FlagValues, target: Target): number {
  if (target.kind === 'websocket') {
    if (flags.has('processes')) throw new UsageError('--processes needs a command after --');
    return count(flags, 'connections', 1, MAX_CONNECTIONS) ?? DEFAULT_CONNECTIONS;
  }
  const processes = count(flags, 'processes', 1, MAX_PROCESSES);
  return processes ?? count(flags, 'connections', 1, MAX_PROCESSES) ?? 1;
}

function count(flags: FlagValues, flag: string, min: number, max: number): number | null {
  const text = flags.one(flag);
  return text === null ? null : parseCount(text, `--${flag}`, min, max);
}

function time(flags: FlagValues, flag: string): number | null {
  const text = flags.one(flag);
  if (text === null) return null;
  const ms = parseDurationMs(text, `--${flag}`);
  return flag === 'duration' ? positive(ms, '--duration') : ms;
}

function rate(flags: FlagValues, flag: string): number | null {
  const text = flags.one(flag);
  return text === null ? null : parseRate(text, `--${flag}`);
}

function positive(ms: number, what: string): number {
  if (ms > 0) return ms;
  throw new UsageError(`${what} must be longer than nothing`);
}

/** Header values are often tokens: reports are handed on, so they keep the names alone. */
function maskSecrets(argv: readonly string[]): readonly string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length;
  return argv.map((argument, i) => {
    if (i >= end) return argument;
    if (argument.startsWith('--header=')) return `--header=${maskHeader(argument.slice(9))}`;
    return argv[i - 1] === '--header' ? maskHeader(argument) : argument;
  });
}

function maskHeader(line: string): string {
  const colon = line.indexOf(':');
  return colon === -1 ? '***' : `${line.slice(0, colon)}: ***`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
