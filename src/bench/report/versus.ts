import type { RunResult } from '../run-result.js';
import { median } from '../statistics/median.js';
import { FEWEST_SAMPLES, type RatioInterval, ratioInterval } from '../statistics/ratio-interval.js';
import { totalFailures } from './failure-labels.js';
import { textColumns, wrapWords } from './text-columns.js';
import { formatChange, formatCount, formatLatency, formatRate } from './units.js';
import { runSamples, secondSamples } from './versus-samples.js';
import { versusWarnings } from './versus-warnings.js';

/**
 * What can be said of B beside A. `no difference`: the interval includes 1. `too few
 * samples`: there is no interval that would mean anything.
 */
type Verdict = 'better' | 'worse' | 'no difference' | 'too few samples';

/** One figure of both sides. Throughput in replies per second, latencies in microseconds. */
export interface VersusMetric {
  readonly name: 'throughput' | 'p50' | 'p99';
  readonly higherIsBetter: boolean;
  readonly medianA: number;
  readonly medianB: number;
  /** medianB / medianA. */
  readonly ratio: number;
  /** Null with fewer than five samples on a side. */
  readonly interval: RatioInterval | null;
  /** Of B against A. */
  readonly verdict: Verdict;
}

/** Two targets, or one before and after a change, side by side. B is measured against A. */
export interface VersusSummary {
  readonly a: VersusSide;
  readonly b: VersusSide;
  /** What a sample is: a whole run each, or one second of a single run. */
  readonly sampleKind: 'run' | 'second';
  readonly metrics: readonly VersusMetric[];
  /** What the reader must know: failed runs, generator bottlenecks, settings that differ. */
  readonly warnings: readonly string[];
}

/** One side of a comparison. */
interface VersusSide {
  /** What the side is called in text: 'A', 'before'. */
  readonly name: string;
  readonly target: string;
  readonly runs: number;
  /** How many values each median is made from. */
  readonly samples: number;
  readonly failures: number;
  /** Failures to each request, 0 to 1 (more where a request failed in several ways). */
  readonly failedShare: number;
  /** False when any of its runs failed. */
  readonly passed: boolean;
}

/**
 * Compares two sides: ratio of medians with a bootstrap interval (deterministic). Each
 * run is one sample where both sides have several, or too few seconds; else each second of the
 * timelines is.
 * Seconds of one run resemble each other more than runs do, so their interval is rather
 * too narrow than too wide; the warnings say so. `names` is what the sides are called in
 * text. Throws RangeError when a side has no run.
 */
export function summarizeVersus(
  a: readonly RunResult[],
  b: readonly RunResult[],
  names: readonly [string, string] = ['A', 'B'],
): VersusSummary {
  if (a.length === 0 || b.length === 0) throw new RangeError('each side needs at least one run');
  const sampleKind = hasEnoughSeconds(a, b) ? 'second' : 'run';
  const samples = sampleKind === 'run' ? runSamples : secondSamples;
  const samplesA = samples(a);
  const samplesB = samples(b);
  const sideA = sideOf(names[0], a, samplesA.throughput.length);
  const sideB = sideOf(names[1], b, samplesB.throughput.length);
  return {
    a: sideA,
    b: sideB,
    sampleKind,
    metrics: [
      metricOf('throughput', samplesA.throughput, samplesB.throughput),
      metricOf('p50', samplesA.p50, samplesB.p50),
      metricOf('p99', samplesA.p99, samplesB.p99),
    ].filter((metric) => metric !== null),
    warnings: versusWarnings(
      { name: sideA.name, runs: a, samples: sideA.samples },
      { name: sideB.name, runs: b, samples: sideB.samples },
      sampleKind,
    ),
  };
}

/** Whether single runs are to be compared by their seconds, and there are enough of these. */
function hasEnoughSeconds(a: readonly RunResult[], b: readonly RunResult[]): boolean {
  if (a.length > 1 && b.length > 1) return false;
  return [a, b].every((runs) => secondSamples(runs).throughput.length >= FEWEST_SAMPLES);
}

/** The comparison as text for a terminal of 80 columns; ends with a newline. */
export function renderVersusText(summary: VersusSummary): string {
  const { a, b, sampleKind } = summary;
  const lines = [
    ...textColumns(
      [
        [a.name, a.target, samplesText(a, sampleKind)],
        [b.name, b.target, samplesText(b, sampleKind)],
      ],
      ['left', 'left', 'left'],
    ),
    '',
    ...textColumns(
      [
        ['', a.name, b.name, 'ratio', '95 % interval', `${b.name} is`],
        ...summary.metrics.map(metricRow),
      ],
      ['left', 'right', 'right', 'right', 'left', 'left'],
    ),
  ];
  for (const warning of summary.warnings) {
    lines.push('', ...wrapWords(`warning: ${warning}`, 78));
  }
  return `${lines.join('\n')}\n`;
}

function metricRow(metric: VersusMetric): string[] {
  const format = metric.name === 'throughput' ? formatRate : formatLatency;
  const { interval, ratio } = metric;
  return [
    metric.name === 'throughput' ? 'replies/s' : metric.name,
    format(metric.medianA),
    format(metric.medianB),
    ratioText(ratio),
    interval === null ? '-' : `${ratioText(interval.low)} to ${ratioText(interval.high)}`,
    metric.verdict === 'better' || metric.verdict === 'worse'
      ? `${metric.verdict} (${formatChange(ratio)})`
      : metric.verdict,
  ];
}

/** Three decimals close to 1, where the interval's position decides; fewer further away. */
function ratioText(ratio: number): string {
  return Number.isFinite(ratio) ? ratio.toFixed(ratio < 9.9995 ? 3 : 1) : 'infinite';
}

function samplesText(side: VersusSide, kind: VersusSummary['sampleKind']): string {
  const runs = `${side.runs} ${side.runs === 1 ? 'run' : 'runs'}`;
  const seconds = kind === 'second' ? `, ${side.samples} one-second samples` : '';
  const failures = side.failures > 0 ? `, ${formatCount(side.failures)} failures` : '';
  return `${runs}${seconds}${failures}${side.passed ? '' : ', FAILED'}`;
}

/** Null where a side has no value at all: a server that never answered has no latency. */
function metricOf(
  name: VersusMetric['name'],
  a: readonly number[],
  b: readonly number[],
): VersusMetric | null {
  if (a.length === 0 || b.length === 0) return null;
  const higherIsBetter = name === 'throughput';
  const drawn = ratioInterval(b, a);
  const interval = Math.min(a.length, b.length) < FEWEST_SAMPLES ? null : drawn;
  return {
    name,
    higherIsBetter,
    medianA: median(a),
    medianB: median(b),
    ratio: drawn.ratio,
    interval,
    verdict: verdictOf(interval, higherIsBetter),
  };
}

function verdictOf(interval: RatioInterval | null, higherIsBetter: boolean): Verdict {
  if (interval === null) return 'too few samples';
  if (interval.low <= 1 && interval.high >= 1) return 'no difference';
  return interval.low > 1 === higherIsBetter ? 'better' : 'worse';
}

function sideOf(name: string, runs: readonly RunResult[], samples: number): VersusSide {
  const failed = runs.reduce((sum, { failures }) => sum + totalFailures(failures), 0);
  const requests = runs.reduce((sum, { totals }) => sum + totals.requests, 0);
  return {
    name,
    target: runs[0]!.target,
    runs: runs.length,
    samples,
    failures: failed,
    failedShare: failed / Math.max(1, requests),
    passed: runs.every(({ passed }) => passed),
  };
}
