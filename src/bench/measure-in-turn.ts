import type { BenchOptions } from './options/bench-options.js';
import { type RunWatch, runBenchmark } from './run-benchmark.js';
import type { RunResult } from './run-result.js';
import type { Target } from './transport/target.js';

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
