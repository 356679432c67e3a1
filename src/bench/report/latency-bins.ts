import type { LatencyDistribution } from '../statistics/latency-distribution.js';

/** Replies whose latency was above `fromUs` and at most `toUs`. */
export interface LatencyBin {
  readonly fromUs: number;
  readonly toUs: number;
  readonly count: number;
}

/**
 * Round numbers within a decade, coarse to fine. Bins grow with the latency, because
 * latencies spread over decades and a bin of fixed width would show one bar and a void.
 */
const EDGE_SERIES: readonly (readonly number[])[] = [
  [1],
  [1, 3],
  [1, 2, 5],
  [1, 1.5, 2, 3, 5, 7],
  [1, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2],
  [
    1, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2, 2.2, 2.4, 2.7, 3, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2,
    6.8, 7.5, 8.2, 9.1,
  ],
];

/** The finest round bins that cover the distribution in at most `most` (at least 8) bins. */
export function latencyBins(distribution: LatencyDistribution, most: number): LatencyBin[] {
  if (distribution.count === 0) return [];
  let chosen: LatencyBin[] = [];
  for (const series of EDGE_SERIES) {
    const bins = binsBetween(distribution, edgesAround(distribution, series));
    if (bins.length > most && chosen.length > 0) break;
    chosen = bins;
  }
  return chosen;
}

function edgesAround(distribution: LatencyDistribution, series: readonly number[]): number[] {
  const edges: number[] = [];
  for (let decade = 1; ; decade *= 10) {
    for (const step of series) {
      const edgeUs = decade * step;
      const below = distribution.countUpTo(edgeUs);
      // An edge below all replies replaces the one before it: it opens the first bin.
      if (below === 0) edges.length = 0;
      edges.push(edgeUs);
      if (below === distribution.count) return edges;
    }
  }
}

function binsBetween(distribution: LatencyDistribution, edges: readonly number[]): LatencyBin[] {
  const bins: LatencyBin[] = [];
  let below = 0;
  let fromUs = 0;
  for (const toUs of edges) {
    const upTo = distribution.countUpTo(toUs);
    if (upTo > below || bins.length > 0) bins.push({ fromUs, toUs, count: upTo - below });
    below = upTo;
    fromUs = toUs;
  }
  return bins;
}
