import { parseBenchOptions } from '../../src/bench/options/parse-options.js';
import { type RunWatch, runBenchmark } from '../../src/bench/run-benchmark.js';
import type { RunResult } from '../../src/bench/run-result.js';
import type { Contender } from './contenders.js';

/** For runs that nobody looks at or ends early. */
export const UNWATCHED: RunWatch = {
  onSnapshot: () => undefined,
  signal: new AbortController().signal,
};

/** A closed load. */
export interface Shape {
  readonly connections: number;
  /** Requests in flight on each connection. */
  readonly depth: number;
  /** Of one request. */
  readonly bytes: number;
}

export interface Timing {
  readonly warmupMs: number;
  readonly durationMs: number;
}

/** One measured run. */
export interface Sample {
  readonly perSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** Share of a core that the generator used: near 1, it was what limited the run. */
  readonly generatorShare: number;
  /** What went wrong: a stall, a wrong or lost reply. Null where every reply was right. */
  readonly failure: string | null;
}

/** A reply that takes longer than this means that the server has stalled. */
const STALL_MS = 4_000;
/** Of requests above it a slow server has seconds of work in its queue. */
export const LARGE_BYTES = 100_000;
const LARGE_STALL_MS = 10_000;

/** Puts one closed load on a server, with the project's own generator, and checks its replies. */
export async function measure(
  url: string,
  contender: Contender,
  shape: Shape,
  timing: Timing,
): Promise<Sample> {
  const stallMs = shape.bytes > LARGE_BYTES ? LARGE_STALL_MS : STALL_MS;
  const options = parseBenchOptions([
    ...[url, '--connections', String(shape.connections), '--depth', String(shape.depth)],
    ...['--warmup', `${timing.warmupMs}ms`, '--duration', `${timing.durationMs}ms`],
    ...['--timeout', `${stallMs}ms`],
    ...contender.flags(shape.bytes),
  ]);
  const result = await runBenchmark(options, options.target, UNWATCHED);
  return {
    perSecond: Math.round(result.totals.repliesPerSecond),
    p50Us: result.latency.p50Us,
    p99Us: result.latency.p99Us,
    generatorShare: result.generator.cpuShare,
    failure: failureOf(result, contender, stallMs),
  };
}

/** Reasons without their hints, which are for a user of `sluice bench`. */
function causes(reasons: readonly string[]): string {
  return reasons.map((reason) => reason.split('; ', 1)[0]).join('; ');
}

function failureOf(
  result: RunResult,
  { answersWithErrors }: Contender,
  stallMs: number,
): string | null {
  const { timeouts, errorReplies } = result.failures;
  if (timeouts > 0) return `it stalled: ${timeouts} requests had no reply after ${stallMs} ms`;
  if (!result.passed) return causes(result.failureReasons);
  const wanted = answersWithErrors === true ? result.totals.replies : 0;
  if (errorReplies === wanted) return null;
  return `${errorReplies} replies were errors, which ${wanted} should have been`;
}
