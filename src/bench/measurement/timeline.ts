import type { SecondPoint } from '../load/thread-plan.js';
import type { TimelinePoint } from '../run-result.js';
import { LatencyHistogram } from './latency-histogram.js';
import type { ServerSample } from './server-probe.js';

/** One second of all threads together, as it grows. */
class MergedSecond {
  readonly latency = new LatencyHistogram();
  second = 0;
  lengthS = 0;
  reports = 0;
  requests = 0;
  replies = 0;
  bytes = 0;
  errors = 0;
  inFlight = 0;

  add(point: SecondPoint): void {
    this.reports++;
    // A run that a number of requests ends has a last second of another length in each thread.
    this.second = Math.max(this.second, point.second);
    this.lengthS = Math.max(this.lengthS, point.lengthS);
    this.requests += point.requests;
    this.replies += point.replies;
    this.bytes += point.bytes;
    this.errors += point.errors;
    this.inFlight += point.inFlight;
    this.latency.add(point.latency);
  }

  point(server: ServerSample): TimelinePoint {
    const perSecond = (count: number): number => Math.round(count / Math.max(1e-6, this.lengthS));
    return {
      second: Math.round(this.second * 1_000) / 1_000,
      requestsPerSecond: perSecond(this.requests),
      repliesPerSecond: perSecond(this.replies),
      bytesPerSecond: perSecond(this.bytes),
      p50Us: this.latency.percentile(50),
      p99Us: this.latency.percentile(99),
      maxUs: this.latency.maxUs,
      errors: this.errors,
      inFlight: this.inFlight,
      serverMemoryBytes: server.memoryBytes,
      serverCpuShare: server.cpuShare,
    };
  }
}

/** Merges the seconds of all threads into one line of points. */
export class Timeline {
  readonly #threads: number;
  readonly #sampleServer: () => ServerSample;
  readonly #onPoint: (point: TimelinePoint, isMeasured: boolean) => void;
  readonly #open = new Map<number, MergedSecond>();
  readonly #points: TimelinePoint[] = [];

  /** `onPoint` is called for each second that all threads have told, warm-up included. */
  constructor(
    threads: number,
    sampleServer: () => ServerSample,
    onPoint: (point: TimelinePoint, isMeasured: boolean) => void,
  ) {
    this.#threads = threads;
    this.#sampleServer = sampleServer;
    this.#onPoint = onPoint;
  }

  add(point: SecondPoint): void {
    const key = Math.ceil(point.second - 1e-6);
    const merged = this.#open.get(key) ?? new MergedSecond();
    this.#open.set(key, merged);
    merged.add(point);
    if (merged.reports < this.#threads) return;
    this.#open.delete(key);
    this.#keep(merged, point.isMeasured);
  }

  /** All measured points, those too that not every thread has told of. */
  finish(): readonly TimelinePoint[] {
    for (const [key, merged] of this.#open) this.#keep(merged, key > 0);
    this.#open.clear();
    return this.#points.sort((a, b) => a.second - b.second);
  }

  #keep(merged: MergedSecond, isMeasured: boolean): void {
    const point = merged.point(this.#sampleServer());
    if (isMeasured) this.#points.push(point);
    this.#onPoint(point, isMeasured);
  }
}
