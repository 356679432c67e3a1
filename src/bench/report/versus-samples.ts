import type { RunResult, TimelinePoint } from '../run-result.js';

type SampledPoint = Pick<TimelinePoint, 'repliesPerSecond' | 'p50Us' | 'p99Us'>;

/** The values that each median is made from. */
export interface VersusSamples {
  readonly throughput: readonly number[];
  readonly p50: readonly number[];
  readonly p99: readonly number[];
}

/** One value for each run; a run without a reply has no latency. */
export function runSamples(runs: readonly RunResult[]): VersusSamples {
  const answered = runs.filter(({ latency }) => latency.count > 0);
  return {
    throughput: runs.map(({ totals }) => totals.repliesPerSecond),
    p50: answered.map(({ latency }) => latency.p50Us),
    p99: answered.map(({ latency }) => latency.p99Us),
  };
}

/** One value for each second of each run; a second without a reply has no latency. */
export function secondSamples(runs: readonly RunResult[]): VersusSamples {
  // A run of less than a second may have no timeline: then it is one sample itself.
  const points: readonly SampledPoint[] = runs.flatMap<SampledPoint>((run) =>
    run.timeline.length > 0 ? run.timeline : [wholeRun(run)],
  );
  const answered = points.filter(({ repliesPerSecond }) => repliesPerSecond > 0);
  return {
    throughput: points.map((point) => point.repliesPerSecond),
    p50: answered.map((point) => point.p50Us),
    p99: answered.map((point) => point.p99Us),
  };
}

function wholeRun({ totals, latency }: RunResult): SampledPoint {
  return {
    repliesPerSecond: totals.repliesPerSecond,
    p50Us: latency.p50Us,
    p99Us: latency.p99Us,
  };
}
