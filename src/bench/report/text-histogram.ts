import { decodeDistribution } from '../statistics/latency-distribution.js';
import { latencyBins } from './latency-bins.js';
import { formatLatency, formatShare, trimZeros } from './units.js';

const MOST_BINS = 16;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of `cells` characters for a share of 0 to 1; what is more than nothing is seen. */
export function textBar(share: number, cells: number): string {
  const eighths = Math.round(Math.min(1, share) * cells * 8);
  const visible = share > 0 ? Math.max(1, eighths) : 0;
  return '█'.repeat(visible >> 3) + EIGHTHS[visible & 7]!;
}

/**
 * The latency histogram as lines of text, one bin each, at most `width` characters wide.
 * No line when nothing was measured.
 */
export function textHistogram(histogram: string, width: number): string[] {
  const distribution = decodeDistribution(histogram);
  const bins = latencyBins(distribution, MOST_BINS);
  const tallest = Math.max(1, ...bins.map(({ count }) => count));
  const cells = Math.max(10, width - 28);
  return bins.map(({ toUs, count }) => {
    const edge = `≤ ${trimZeros(formatLatency(toUs))}`.padStart(11);
    const share = (count === 0 ? '' : formatShare(count / distribution.count)).padStart(8);
    return `  ${edge} ${share}  ${textBar(count / tallest, cells)}`.trimEnd();
  });
}
