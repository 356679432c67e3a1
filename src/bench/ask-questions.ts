import type { FindMaxResult, FindMaxStep } from './find-max.js';
import { level } from './load/stage-plan.js';
import type { BenchOptions } from './options/bench-options.js';
import { checkExpectation } from './options/expectation.js';
import { type RunWatch, runBenchmark } from './run-benchmark.js';
import type { RunResult } from './run-result.js';
import { searchMax } from './search-max.js';
import type { Target } from './transport/target.js';

/** A rate that was not reached was not kept, whatever the latency of what was sent. */
const REACHED_SHARE = 0.95;

/** `--find-max`: runs of rising rate until the limits are known. */
export async function findMax(
  options: BenchOptions,
  watch: RunWatch,
  onStep: (step: FindMaxStep) => void,
): Promise<FindMaxResult> {
  const { findMax: question, model } = options;
  if (question === null || model.kind !== 'open') throw new Error('--find-max was not asked for');
  const outcome = await searchMax(model.stages[0]!.fromRate, async (rate) => {
    const stages = [level(options.durationMs ?? 0, rate)];
    const result = await runBenchmark(
      { ...options, model: { ...model, stages } },
      options.target,
      watch,
    );
    // A run that was cut short says nothing of its rate.
    if (watch.signal.aborted) return null;
    const keepsLimits = question.limits.every((limit) => checkExpectation(limit, result).passed);
    // By chance fewer may be due than the rate says (--arrivals poisson).
    const { repliesPerSecond, requestsPerSecond } = result.totals;
    const isReached = repliesPerSecond >= Math.min(rate, requestsPerSecond) * REACHED_SHARE;
    const step = { rate, ok: keepsLimits && isReached && result.passed, result };
    onStep(step);
    return step;
  });
  return { limits: question.text, ...outcome };
}

export interface VersusRuns {
  readonly a: readonly RunResult[];
  readonly b: readonly RunResult[];
}

/**
 * `--vs`: both targets in turn, round by round. The order changes with each round, so
 * that a machine that gets slower or faster meanwhile does so for both alike.
 */
export async function measureInTurn(
  options: BenchOptions,
  other: Target,
  watch: RunWatch,
  onRun: (round: number, result: RunResult) => void,
): Promise<VersusRuns> {
  const a: RunResult[] = [];
  const b: RunResult[] = [];
  const isInterrupted = (): boolean => watch.signal.aborted;
  const measure = async (round: number, target: Target, into: RunResult[]): Promise<void> => {
    if (isInterrupted()) return;
    const result = await runBenchmark(options, target, watch);
    // A round that was cut short is none.
    if (isInterrupted()) return;
    into.push(result);
    onRun(round, result);
  };
  for (let round = 1; round <= options.rounds; round++) {
    const isEven = round % 2 === 0;
    await measure(round, isEven ? other : options.target, isEven ? b : a);
    await measure(round, isEven ? options.target : other, isEven ? a : b);
  }
  return { a, b };
}
