import { median } from '../../src/bench/statistics/median.js';
import type { Bar, Comparison, Side } from './bars.js';
import type { Ratio, Series } from './result.js';

/**
 * The ratios that are asked for and can be had. A ratio is taken within each round, where
 * both servers had the same machine, and the median of the rounds counts. Where
 * Sluice failed in any round, its bar is not met; where a peer did, there is no ratio.
 */
export function judge(
  series: readonly Series[],
  comparisons: readonly Comparison[],
): readonly Ratio[] {
  return comparisons.flatMap((comparison) => {
    const of = find(series, comparison, comparison.of);
    const to = find(series, comparison, comparison.to);
    return of === undefined || to === undefined ? [] : [ratioOf(comparison, of, to)];
  });
}

function ratioOf(comparison: Comparison, of: Series, to: Series): Ratio {
  const { group, label, figure, bar } = comparison;
  const perRound: number[] = [];
  of.rounds.forEach((sample, round) => {
    const other = to.rounds[round];
    if (sample === null || other == null || sample.failure !== null || other.failure !== null) {
      return;
    }
    perRound.push(rounded(sample[figure] / other[figure]));
  });
  const ratio = perRound.length === 0 ? null : rounded(median(perRound));
  const hasFailed = of.rounds.some((sample) => sample === null || sample.failure !== null);
  return {
    group,
    label,
    figure,
    bytes: comparison.of.bytes,
    perRound,
    ratio,
    bar,
    met: bar === null || (ratio === null && !hasFailed) ? null : !hasFailed && meets(ratio!, bar),
  };
}

function meets(ratio: number, bar: Bar): boolean {
  return 'atLeast' in bar ? ratio >= bar.atLeast : ratio <= bar.atMost;
}

function find(series: readonly Series[], { group }: Comparison, side: Side): Series | undefined {
  return series.find(
    (one) =>
      one.group === group &&
      one.contender === side.contender &&
      one.shape.bytes === side.bytes &&
      one.shape.connections === side.connections,
  );
}

/** Three decimals: more is noise, and bars have two. */
function rounded(ratio: number): number {
  return Math.round(ratio * 1_000) / 1_000;
}
