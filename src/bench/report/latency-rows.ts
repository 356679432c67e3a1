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

/** The text of one statistic; a summary of nothing has dashes, not zeros. */
export function latencyCell(summary: LatencySummary, name: keyof LatencySummary): string {
  const value = summary[name];
  if (typeof value === 'string') return value;
  if (name === 'count') return formatCount(value);
  return summary.count === 0 ? '-' : formatLatency(value);
}
