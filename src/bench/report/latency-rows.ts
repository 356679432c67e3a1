import type { LatencySummary, RunResult } from '../run-result.js';
import { formatCount, formatLatency } from './units.js';

/** The statistics of a latency summary in reading order, with the names that people use. */
export const LATENCY_STATISTICS = [
  ['minUs', 'min'],
  ['meanUs', 'mean'],
  ['stdevUs', 'stdev'],
  ['p50Us', 'p50'],
  ['p75Us', 'p75'],
  ['p90Us', 'p90'],
  ['p95Us', 'p95'],
  ['p99Us', 'p99'],
  ['p999Us', 'p99.9'],
  ['p9999Us', 'p99.99'],
  ['maxUs', 'max'],
] as const satisfies readonly (readonly [keyof LatencySummary, string])[];

/**
 * So many requests have to lie above a percentile (docs/bench.md, "How to read a percentile
 * curve"): what fewer did is a matter of chance.
 */
const FEWEST_ABOVE = 10;
/** The share of requests above each percentile. */
const SHARE_ABOVE: Readonly<Partial<Record<keyof LatencySummary, number>>> = {
  p50Us: 0.5,
  p75Us: 0.25,
  p90Us: 0.1,
  p95Us: 0.05,
  p99Us: 0.01,
  p999Us: 0.001,
  p9999Us: 0.0001,
};

/** Whether there are enough requests for a statistic to mean anything. */
export function isTelling(summary: LatencySummary, name: keyof LatencySummary): boolean {
  const share = SHARE_ABOVE[name];
  if (share === undefined) return summary.count > 0;
  return summary.count * share >= FEWEST_ABOVE;
}

/** One column of a latency table. `path` is where the summary is in the result's JSON. */
export interface LatencyColumn {
  readonly title: string;
  readonly path: string;
  readonly summary: LatencySummary;
}

/**
 * All latency summaries of a run: over all, uncorrected, then by method where there are several.
 */
export function latencyColumns(result: RunResult): LatencyColumn[] {
  const columns: LatencyColumn[] = [{ title: 'all', path: 'latency', summary: result.latency }];
  if (result.latencyUncorrected !== null) {
    columns.push({
      title: 'uncorrected',
      path: 'latencyUncorrected',
      summary: result.latencyUncorrected,
    });
  }
  if (result.perMethod.length > 1) {
    result.perMethod.forEach(({ method, latency }, index) => {
      columns.push({ title: method, path: `perMethod.${index}.latency`, summary: latency });
    });
  }
  return columns;
}

/** The text of one statistic; where it would tell nothing there is a dash, not a number. */
export function latencyCell(summary: LatencySummary, name: keyof LatencySummary): string {
  const value = summary[name];
  if (typeof value === 'string') return value;
  if (name === 'count') return formatCount(value);
  return isTelling(summary, name) ? formatLatency(value) : '-';
}
