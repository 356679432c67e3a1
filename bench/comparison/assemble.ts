import type { Comparison } from './bars.js';
import { judge } from './judge.js';
import type { Group } from './plan.js';
import { type ComparisonResult, runFacts } from './result.js';
import type { GroupOutcome } from './run-group.js';

/** Puts together what the groups gave, with the ratios that are asked for. */
export function assemble(
  name: ComparisonResult['name'],
  groups: readonly Group[],
  outcomes: readonly GroupOutcome[],
  comparisons: readonly Comparison[],
  run: { readonly isQuick: boolean; readonly versions: Readonly<Record<string, string>> },
): ComparisonResult {
  const series = outcomes.flatMap((outcome) => outcome.series);
  // Who cannot be started is missing in each of its groups, and said once.
  const leftOut = new Map(
    outcomes.flatMap((outcome) => outcome.leftOut).map((one) => [one.contender, one]),
  );
  const facts = runFacts();
  return {
    name,
    isQuick: run.isQuick,
    ...facts,
    versions: { ...facts.versions, ...run.versions },
    groups: groups.map((group) => ({ name: group.name, title: group.title })),
    leftOut: [...leftOut.values()],
    series,
    ratios: judge(series, comparisons),
  };
}
