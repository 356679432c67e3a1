import type { FindMaxResult, FindMaxStep } from './find-max-result.js';
import { level } from './load/stage-plan.js';
import type { BenchOptions } from './options/bench-options.js';
import { checkExpectation } from './options/expectation.js';
import { type RunWatch, runBenchmark } from './run-benchmark.js';
import type { RunResult } from './run-result.js';
import { searchMax } from './search-max.js';

/** A rate that was not reached was not kept, whatever the latency of what was sent. */
const REACHED_SHARE = 0.95;

/** Whether any of its connections was made. */
function wasConnected({ failures }: RunResult, connections: number): boolean {
  const { connectFailures, tlsFailures, upgradeFailures } = failures;
  return connectFailures + tlsFailures + upgradeFailures < connections;
}

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
    const ok = keepsLimits && isReached && result.passed;
    const step = { rate, ok, isHopeless: !wasConnected(result, options.connections), result };
    onStep(step);
    return step;
  });
  return { limits: question.text, ...outcome };
}
