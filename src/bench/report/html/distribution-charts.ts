import type { LatencySummary, RunResult } from '../../run-result.js';
import { decodeDistribution } from '../../statistics/latency-distribution.js';
import { type LatencyBin, latencyBins } from '../latency-bins.js';
import { formatCount, formatLatency, formatShare, trimZeros } from '../units.js';
import type { Chart, ChartSeries } from './chart.js';
import { latencyScale, linearScale, ninesScale, type Scale, type Tick } from './scale.js';

const POINTS_PER_NINE = 16;
const NAMED_SHARES = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999, 0.9999];
const MOST_BINS = 40;
const MOST_BIN_TICKS = 6;

interface Curve {
  readonly name: string;
  readonly style: ChartSeries['style'];
  readonly summary: LatencySummary;
}

/**
 * The latency that each share of requests did not exceed, from none to all but one, every
 * further nine equally far. Null when nothing was measured.
 */
export function percentileChart(result: RunResult): Chart | null {
  if (result.latency.count === 0) return null;
  const curves = curvesOf(result);
  const shares = curveShares(result.latency.count);
  const valuesUs = curves.map(({ summary }) => curveValues(summary, shares));
  const nines = ninesScale(result.latency.count);
  const scale = latencyScale(valuesUs.flat(), (us) => trimZeros(formatLatency(us)));
  const { p50Us, p99Us, p999Us, maxUs } = result.latency;
  return {
    id: 'percentiles',
    title: 'Latency by percentile',
    note:
      result.latencyUncorrected === null
        ? 'How long all but the slowest few had to wait at most.'
        : 'Uncorrected counts from the moment of sending, which hides how long requests were held back.',
    summary: `Latency by percentile: p50 ${formatLatency(p50Us)}, p99 ${formatLatency(p99Us)}, p99.9 ${formatLatency(p999Us)}, max ${formatLatency(maxUs)}.`,
    xLabel: 'Percentile',
    xTicks: nines.ticks,
    yLabel: 'latency',
    yTicks: scale.ticks,
    positions: shares.map((share) => nines.at(share)),
    headers: shares.map(shareHeader),
    series: curves.map(({ name, style }, index) =>
      curveSeries(name, style, valuesUs[index]!, scale),
    ),
  };
}

/**
 * How many requests took how long, in bins that grow with the latency. Null when nothing was
 * measured.
 */
export function histogramChart(result: RunResult): Chart | null {
  const distribution = decodeDistribution(result.latency.histogram);
  const bins = latencyBins(distribution, MOST_BINS);
  if (bins.length === 0) return null;
  const shares = bins.map(({ count }) => count / distribution.count);
  const scale = linearScale(Math.max(...shares), (share) => trimZeros(formatShare(share)));
  const edge = (us: number) => trimZeros(formatLatency(us));
  const fullest = bins.reduce((most, bin) => (bin.count > most.count ? bin : most));
  return {
    id: 'histogram',
    title: 'Latency histogram',
    note: 'Share of requests; bins grow with the latency.',
    summary: `Latency histogram: most requests, ${formatShare(fullest.count / distribution.count)}, took between ${edge(fullest.fromUs)} and ${edge(fullest.toUs)}.`,
    xLabel: 'Latency',
    xTicks: binTicks(bins, edge),
    yLabel: 'of requests',
    yTicks: scale.ticks,
    positions: bins.map((_, index) => (index + 0.5) / bins.length),
    headers: bins.map(({ fromUs, toUs }) => `${edge(fromUs)} to ${edge(toUs)}`),
    series: [
      {
        name: 'Share',
        style: 'one',
        shape: 'bars',
        heights: shares.map((share) => scale.at(share)),
        texts: shares.map(formatShare),
      },
    ],
    extras: [{ name: 'Replies', texts: bins.map(({ count }) => formatCount(count)) }],
  };
}

function curvesOf(result: RunResult): Curve[] {
  const { latency, latencyUncorrected, generator } = result;
  const corrected = latencyUncorrected !== null;
  const curves: Curve[] = [
    { name: corrected ? 'From due time' : 'Latency', style: 'one', summary: latency },
  ];
  if (corrected && latencyUncorrected.count > 0) {
    curves.push({ name: 'Uncorrected', style: 'two', summary: latencyUncorrected });
  }
  // Only where it matters: next to a healthy generator's microseconds the rest would be flat.
  if (generator.wasBottleneck && generator.lateness.count > 0) {
    curves.push({ name: 'Generator lateness', style: 'quiet', summary: generator.lateness });
  }
  return curves;
}

/** Shares at equal distances on the axis, the ones that people name among them, and all. */
function curveShares(count: number): number[] {
  const steps = Math.max(1, Math.ceil(Math.log10(Math.max(10, count)) * POINTS_PER_NINE));
  const shares = new Set<number>(NAMED_SHARES.filter((share) => 1 / (1 - share) <= count));
  for (let step = 0; step < steps; step += 1) shares.add(1 - 10 ** (-step / POINTS_PER_NINE));
  return [...shares, 1].sort((one, other) => one - other);
}

function curveValues(summary: LatencySummary, shares: readonly number[]): number[] {
  const distribution = decodeDistribution(summary.histogram);
  // The histogram knows three digits, the summary the very maximum.
  return shares.map((share) => Math.min(distribution.atShare(share), summary.maxUs));
}

function curveSeries(
  name: string,
  style: ChartSeries['style'],
  valuesUs: readonly number[],
  scale: Scale,
): ChartSeries {
  return {
    name,
    style,
    shape: 'line',
    heights: valuesUs.map((valueUs) => scale.at(valueUs)),
    texts: valuesUs.map(formatLatency),
  };
}

function shareHeader(share: number): string {
  if (share === 1) return '100 %';
  const decimals = Math.max(1, Math.ceil(-Math.log10(1 - share)));
  return `${Number((share * 100).toFixed(decimals))} %`;
}

/**
 * Ticks at 1, 2 and 5 of each decade, or at its 1 where those are too many. Bins end at other
 * round values, so a tick may lie within one.
 */
function binTicks(bins: readonly LatencyBin[], text: (us: number) => string): Tick[] {
  const fine = roundTicks(bins, [1, 2, 5], text);
  const ticks = fine.length <= MOST_BIN_TICKS ? fine : roundTicks(bins, [1], text);
  const isCrowded = ticks.length > MOST_BIN_TICKS / 2;
  if (ticks.length >= 2) {
    return ticks.map((tick, index) => ({ ...tick, minor: isCrowded && index % 2 === 1 }));
  }
  // Latencies so close together that no two such values are among them.
  const [first, last] = [bins[0]!, bins.at(-1)!];
  return [
    { at: 0, text: text(first.fromUs) },
    { at: 1, text: text(last.toUs) },
  ];
}

function roundTicks(
  bins: readonly LatencyBin[],
  series: readonly number[],
  text: (us: number) => string,
): Tick[] {
  const ticks: Tick[] = [];
  const lastUs = bins.at(-1)!.toUs;
  for (let decade = 1; decade <= lastUs; decade *= 10) {
    for (const step of series) {
      const us = decade * step;
      const at = placeInBins(bins, us);
      if (at !== null) ticks.push({ at, text: text(us) });
    }
  }
  return ticks;
}

/** Where a latency lies on an axis on which every bin is equally wide; null beyond it. */
function placeInBins(bins: readonly LatencyBin[], us: number): number | null {
  if (us === bins[0]!.fromUs) return 0;
  const index = bins.findIndex(({ fromUs, toUs }) => us > fromUs && us <= toUs);
  if (index === -1) return null;
  const { fromUs, toUs } = bins[index]!;
  const within = Math.log(us / Math.max(1, fromUs)) / Math.log(toUs / Math.max(1, fromUs));
  return (index + (us === toUs ? 1 : within)) / bins.length;
}
