import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import { noFailures } from '../../../src/bench/measurement/load-recorder.js';
import type {
  FailureCounts,
  LatencySummary,
  RunResult,
  TimelinePoint,
} from '../../../src/bench/run-result.js';
import { Random } from '../../../src/bench/statistics/random.js';

/** What a made-up run is like; every field has a default. Latencies in microseconds. */
export interface SampleRunOptions {
  readonly seed?: number;
  readonly seconds?: number;
  readonly repliesPerSecond?: number;
  readonly medianUs?: number;
  readonly target?: string;
}

/** An empty histogram of the shape that a run has: 1 us to 60 s, three digits. */
export function emptyHistogram(): Histogram {
  return build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 60_000_000,
    numberOfSignificantValueDigits: 3,
  });
}

/** The summary of a histogram of microseconds. */
export function summaryOf(histogram: Histogram): LatencySummary {
  const at = (percentile: number) => histogram.getValueAtPercentile(percentile);
  return {
    count: histogram.totalCount,
    minUs: histogram.totalCount === 0 ? 0 : histogram.minNonZeroValue,
    meanUs: histogram.mean,
    stdevUs: histogram.stdDeviation,
    maxUs: histogram.maxValue,
    p50Us: at(50),
    p75Us: at(75),
    p90Us: at(90),
    p95Us: at(95),
    p99Us: at(99),
    p999Us: at(99.9),
    p9999Us: at(99.99),
    histogram: histogram.totalCount === 0 ? '' : encodeIntoCompressedBase64(histogram),
  };
}

/** The summary of exactly these latencies in microseconds. */
export function summaryOfValues(latenciesUs: readonly number[]): LatencySummary {
  const histogram = emptyHistogram();
  for (const latencyUs of latenciesUs) histogram.recordValue(latencyUs);
  return summaryOf(histogram);
}

/** All failure counters, zero where not given. */
export function failureCounts(some: Partial<FailureCounts> = {}): FailureCounts {
  return { ...noFailures(), ...some };
}

/** A run as a healthy server gives it: latencies with a long tail, a slow second now and then. */
export function sampleRun(options: SampleRunOptions = {}): RunResult {
  const { seed = 7, seconds = 30, repliesPerSecond = 52_000, medianUs = 240 } = options;
  const random = new Random(seed);
  const all = emptyHistogram();
  const timeline: TimelinePoint[] = [];
  for (let second = 1; second <= seconds; second += 1) {
    timeline.push(sampleSecond(second, { random, all, repliesPerSecond, medianUs }));
  }
  const latency = summaryOf(all);
  const replies = Math.round(sum(timeline.map((point) => point.repliesPerSecond)));
  return {
    schema: 'sluice-bench',
    schemaVersion: 1,
    startedAt: '2026-01-15T10:00:00.000Z',
    versions: { sluice: '0.1.0', node: '20.20.2' },
    machine: {
      cpuModel: 'AMD EPYC 7B13',
      cpuCount: 2,
      memoryBytes: 8 * 1024 ** 3,
      platform: 'linux',
      release: '6.1.0',
    },
    commandLine: [options.target ?? 'ws://127.0.0.1:4000', '--duration', `${seconds}s`],
    settings: { connections: 50, depth: 1, durationMs: seconds * 1000, warmupMs: 1000, rate: null },
    target: options.target ?? 'ws://127.0.0.1:4000',
    model: 'closed',
    durationMs: seconds * 1000,
    totals: {
      requests: replies,
      notifications: 0,
      replies,
      bytesSent: replies * 100,
      bytesReceived: replies * 118,
      requestsPerSecond: replies / seconds,
      repliesPerSecond: replies / seconds,
      bytesSentPerSecond: (replies * 100) / seconds,
      bytesReceivedPerSecond: (replies * 118) / seconds,
    },
    latency,
    latencyUncorrected: null,
    perMethod: [{ method: 'echo', latency }],
    timeline,
    failures: failureCounts(),
    closeCodes: {},
    generator: {
      threads: 1,
      lateness: summaryOfValues([1, 2, 2, 3, 3, 3, 4, 9]),
      cpuShare: 0.41,
      wasBottleneck: false,
      warnings: ['A closed load cannot show a stall: use --rate to see what waiting clients see.'],
    },
    disturbance: null,
    expectations: [],
    passed: true,
    failureReasons: [],
  };
}

interface SecondContext {
  readonly random: Random;
  readonly all: Histogram;
  readonly repliesPerSecond: number;
  readonly medianUs: number;
}

function sampleSecond(second: number, context: SecondContext): TimelinePoint {
  const { random, all, medianUs } = context;
  const load = 0.94 + random.nextUnit() * 0.12;
  const histogram = emptyHistogram();
  for (let index = 0; index < 2000; index += 1) {
    histogram.recordValue(Math.max(1, Math.round(sampleLatency(random, medianUs / load))));
  }
  all.add(histogram);
  const rate = context.repliesPerSecond * load;
  return {
    second,
    requestsPerSecond: rate + Math.round(random.nextUnit() * 40),
    repliesPerSecond: rate,
    bytesPerSecond: rate * 218,
    p50Us: histogram.getValueAtPercentile(50),
    p99Us: histogram.getValueAtPercentile(99),
    maxUs: histogram.maxValue,
    errors: 0,
    inFlight: 50,
    serverMemoryBytes: Math.round(
      96e6 + 18e6 * (1 - Math.exp(-second / 9)) + random.nextUnit() * 2e6,
    ),
    serverCpuShare: 0.82 + random.nextUnit() * 0.12,
  };
}

/** Log-normal body (Box-Muller) with a rare slow tail. */
function sampleLatency(random: Random, medianUs: number): number {
  const normal =
    Math.sqrt(-2 * Math.log(1 - random.nextUnit())) * Math.cos(2 * Math.PI * random.nextUnit());
  const tail = random.nextUnit() < 0.004 ? 4 + random.nextUnit() * 20 : 1;
  return medianUs * Math.exp(normal * 0.28) * tail;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
