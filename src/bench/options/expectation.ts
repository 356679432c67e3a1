import { usageError } from '../../errors.js';
import { didYouMean } from '../../options/did-you-mean.js';
import type { LatencySummary, RunResult } from '../run-result.js';
import { benchDurationMs } from './bench-duration.js';

/** One limit on a figure of a run: `p99<5ms`, `errors<0.1%`, `rps>=10000`. */
export interface Expectation {
  readonly expression: string;
  readonly metric: string;
  readonly operator: '<' | '<=' | '>' | '>=';
  /**
   * Microseconds for a latency; requests a second; a count; or a share (0 to 1) where `isShare`.
   */
  readonly limit: number;
  readonly isShare: boolean;
}

/**
 * What is true of a run: the figure in the unit of the expectation's limit, and whether it holds.
 */
export interface ExpectationOutcome {
  readonly expression: string;
  readonly actual: number;
  readonly passed: boolean;
}

const LATENCIES: Readonly<Record<string, keyof LatencySummary>> = {
  min: 'minUs',
  mean: 'meanUs',
  stdev: 'stdevUs',
  p50: 'p50Us',
  p75: 'p75Us',
  p90: 'p90Us',
  p95: 'p95Us',
  p99: 'p99Us',
  'p99.9': 'p999Us',
  'p99.99': 'p9999Us',
  max: 'maxUs',
};

const COUNTS: Readonly<Record<string, (run: RunResult) => number>> = {
  errors: (run) => countErrors(run),
  lost: (run) => run.failures.lost,
  repeated: (run) => run.failures.repeated,
  foreign: (run) => run.failures.foreign,
  late: (run) => run.failures.late,
  timeouts: (run) => run.failures.timeouts,
};

const RATES: Readonly<Record<string, (run: RunResult) => number>> = {
  rps: (run) => run.totals.repliesPerSecond,
  requests: (run) => run.totals.requests,
};

const METRICS = [...Object.keys(LATENCIES), ...Object.keys(COUNTS), ...Object.keys(RATES)];

/**
 * Everything that makes a request not a good one: error replies, wrong results, lost, timed out.
 */
function countErrors(run: RunResult): number {
  const f = run.failures;
  return f.errorReplies + f.wrongResults + f.parseErrors + f.foreign + f.repeated + failed(run);
}

/** `p99<5ms` to an expectation. @throws SluiceError SLUICE_ERR_USAGE with the nearest metric. */
export function parseExpectation(expression: string): Expectation {
  const match = /^\s*([a-z][a-z0-9.]*)\s*(<=|>=|<|>)\s*(\S+)\s*$/i.exec(expression);
  if (match === null) {
    throw usageError(`"${expression}" is no expectation; write for example p99<5ms or errors<1%`);
  }
  const metric = match[1]!.toLowerCase();
  const operator = match[2] as Expectation['operator'];
  const value = match[3]!;
  if (!METRICS.includes(metric)) {
    throw usageError(
      `"${metric}" cannot be expected${didYouMean(metric, METRICS)} (${METRICS.join(', ')})`,
    );
  }
  const isShare = metric in COUNTS && value.endsWith('%');
  return Object.freeze({ expression, metric, operator, limit: limitOf(metric, value), isShare });
}

/** `p99<10ms,errors<0.1%` to a list of at least one. */
export function parseLimits(text: string): readonly Expectation[] {
  return text.split(',').map(parseExpectation);
}

/** Holds a run against an expectation. A latency of a run without replies is broken, not 0. */
export function checkExpectation(expectation: Expectation, run: RunResult): ExpectationOutcome {
  const { expression, metric, operator, limit, isShare } = expectation;
  const latency = LATENCIES[metric];
  let actual: number;
  if (latency !== undefined) {
    if (run.latency.count === 0)
      return { expression, actual: Number.MAX_SAFE_INTEGER, passed: false };
    actual = Number(run.latency[latency]);
  } else {
    actual = (COUNTS[metric] ?? RATES[metric]!)(run);
    if (isShare) actual /= Math.max(1, run.totals.requests);
  }
  return { expression, actual, passed: compare(actual, operator, limit) };
}

/** Requests that got no reply in time; one that timed out and was lost too counts once. */
function failed(run: RunResult): number {
  return Math.max(run.failures.lost, run.failures.timeouts);
}

function limitOf(metric: string, value: string): number {
  if (metric in LATENCIES) {
    if (/^[\d.]+$/.test(value)) {
      throw usageError(`${metric} needs a limit with a unit, such as ${metric}<${value}ms`);
    }
    return benchDurationMs(value, metric) * 1_000;
  }
  const match = /^(\d+(?:\.\d+)?)(%|k|m)?$/i.exec(value);
  const unit = match?.[2]?.toLowerCase() ?? '';
  if (match === null || (unit === '%' && !(metric in COUNTS))) {
    throw usageError(`${metric} needs a number, not "${value}"`);
  }
  const factor = { '': 1, '%': 0.01, k: 1_000, m: 1_000_000 }[unit] ?? 1;
  return Number(match[1]) * factor;
}

function compare(actual: number, operator: Expectation['operator'], limit: number): boolean {
  switch (operator) {
    case '<':
      return actual < limit;
    case '<=':
      return actual <= limit;
    case '>':
      return actual > limit;
    case '>=':
      return actual >= limit;
  }
}
