import { CONNECT_TIMEOUT_MS } from './bench-limits.js';
import { Disturbance } from './disturbance/disturbance.js';
import { type LoadRunner, makeRunners } from './load/load-runner.js';
import { leadIn, shareOf } from './load/stage-plan.js';
import type { ConnectReport, LoadModel, ThreadPlan } from './load/thread-plan.js';
import { assembleResult } from './measurement/assemble-result.js';
import { epochNowMs } from './measurement/load-clock.js';
import { ServerProbe } from './measurement/server-probe.js';
import { Timeline } from './measurement/timeline.js';
import type { BenchOptions } from './options/bench-options.js';
import type { LiveSnapshot } from './report/live-panel.js';
import type { RunResult, TimelinePoint } from './run-result.js';
import type { Target } from './transport/target.js';

/** Time for every load thread to hear when the load begins. */
const START_DELAY_MS = 20;

const NOT_CONNECTED: ConnectReport = { connected: 0, failures: [], pids: [] };

/** A wait for the last replies that lasts longer is shown as such. */
const DRAIN_SHOWN_AFTER_MS = 1_000;

export interface RunWatch {
  /** About once a second. */
  readonly onSnapshot: (snapshot: LiveSnapshot) => void;
  /** Ends the measured part early; what was measured until then is the result. */
  readonly signal: AbortSignal;
}

/** Length of a run as planned, drain excluded; Infinity where its requests bound it. */
export function plannedMs(options: BenchOptions): number {
  const measuredMs = options.durationMs ?? Number.POSITIVE_INFINITY;
  return options.rampMs + options.warmupMs + measuredMs;
}

/**
 * Measures one target once. What goes wrong on the way to the server or there is in
 * the result (`passed` false), never thrown.
 */
export async function runBenchmark(
  options: BenchOptions,
  target: Target,
  watch: RunWatch,
): Promise<RunResult> {
  const startedAt = new Date().toISOString();
  const runners = makeRunners(threadPlans(options, target));
  watch.onSnapshot(snapshotOf('connecting', 0));
  try {
    const connected = await connectAll(runners, watch.signal);
    return await runLoad(options, target, watch, runners, connected, startedAt);
  } finally {
    await Promise.all(runners.map((runner) => runner.close()));
  }
}

/** An interrupt does not wait for a server that does not answer: then nothing is connected. */
function connectAll(
  runners: readonly LoadRunner[],
  signal: AbortSignal,
): Promise<readonly ConnectReport[]> {
  const none = runners.map(() => NOT_CONNECTED);
  if (signal.aborted) return Promise.resolve(none);
  return new Promise((resolve, reject) => {
    const giveUp = (): void => resolve(none);
    signal.addEventListener('abort', giveUp, { once: true });
    Promise.all(runners.map((runner) => runner.connect()))
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', giveUp));
  });
}

async function runLoad(
  options: BenchOptions,
  target: Target,
  watch: RunWatch,
  runners: readonly LoadRunner[],
  connected: readonly ConnectReport[],
  startedAt: string,
): Promise<RunResult> {
  const children = connected.flatMap((report) => report.pids);
  const probe = new ServerProbe(
    target.kind === 'process' ? children : ServerProbe.pidsOfUrl(target.url),
  );
  const beganMs = performance.now();
  const progress = new Progress(options.requests);
  const timeline = new Timeline(
    connected.filter((report) => report.connected > 0).length,
    () => probe.sample(),
    (point, isMeasured) => {
      progress.add(point, isMeasured);
      watch.onSnapshot({
        elapsedMs: performance.now() - beganMs,
        repliesPerSecond: point.repliesPerSecond,
        p50Us: point.p50Us,
        p99Us: point.p99Us,
        errors: progress.errors,
        doneShare: progress.doneShare,
        inFlight: point.inFlight,
        phase: isMeasured ? 'measuring' : 'warmup',
      });
    },
  );
  for (const runner of runners) runner.onSecond = (point) => timeline.add(point);
  const draining = setInterval(() => {
    const elapsedMs = performance.now() - beganMs;
    if (elapsedMs > plannedMs(options) + DRAIN_SHOWN_AFTER_MS) {
      watch.onSnapshot({ ...snapshotOf('draining', elapsedMs), errors: progress.errors });
    }
  }, DRAIN_SHOWN_AFTER_MS);
  const stop = (): void => {
    for (const runner of runners) runner.stop();
  };
  watch.signal.addEventListener('abort', stop, { once: true });
  const disturbance = await startDisturbance(options, target);
  const isRunnable = connected.some((report) => report.connected > 0) && !watch.signal.aborted;
  const startMs = epochNowMs() + START_DELAY_MS;
  const outcomes = await Promise.all(
    runners.map((runner, i) =>
      isRunnable && connected[i]!.connected > 0 ? runner.run(startMs) : runner.abandon(),
    ),
  );
  watch.signal.removeEventListener('abort', stop);
  clearInterval(draining);
  const disturbed = (await disturbance?.stop()) ?? null;
  return assembleResult(options, {
    startedAt,
    target,
    connected,
    outcomes,
    timeline: timeline.finish(),
    disturbance: disturbed,
    wasInterrupted: watch.signal.aborted,
  });
}

function startDisturbance(options: BenchOptions, target: Target): Promise<Disturbance | null> {
  if (target.kind !== 'websocket') return Promise.resolve(null);
  return Disturbance.start({ target, workload: options.workload, clients: options.disturbance });
}

function snapshotOf(phase: LiveSnapshot['phase'], elapsedMs: number): LiveSnapshot {
  const figures = { repliesPerSecond: 0, p50Us: 0, p99Us: 0, errors: 0, inFlight: 0 };
  return { elapsedMs, ...figures, doneShare: null, phase };
}

/** What a run has done so far, from its seconds. */
class Progress {
  errors = 0;
  readonly #wanted: number | null;
  #sent = 0;
  #second = 0;

  /** `requests`: how many are to be sent; null where time bounds the run. */
  constructor(requests: number | null) {
    this.#wanted = requests;
  }

  get doneShare(): number | null {
    return this.#wanted === null ? null : Math.min(1, this.#sent / this.#wanted);
  }

  add(point: TimelinePoint, isMeasured: boolean): void {
    this.errors += point.errors;
    if (!isMeasured) return;
    this.#sent += point.requestsPerSecond * (point.second - this.#second);
    this.#second = point.second;
  }
}

/** Divides connections, rate and requests among the threads. */
function threadPlans(options: BenchOptions, target: Target): readonly ThreadPlan[] {
  const { threads, connections, requests } = options;
  return Array.from({ length: threads }, (_, thread) => {
    const firstConnection = Math.floor((connections * thread) / threads);
    const nextConnection = Math.floor((connections * (thread + 1)) / threads);
    const firstRequest = Math.floor(((requests ?? 0) * thread) / threads);
    const nextRequest = Math.floor(((requests ?? 0) * (thread + 1)) / threads);
    return {
      target,
      workload: options.workload,
      firstConnection,
      connections: nextConnection - firstConnection,
      model: threadModel(options, thread),
      rampMs: options.rampMs,
      warmupMs: options.warmupMs,
      durationMs: options.durationMs,
      requests: requests === null ? null : nextRequest - firstRequest,
      timeoutMs: options.timeoutMs,
      connectTimeoutMs: Math.max(CONNECT_TIMEOUT_MS, options.timeoutMs),
      readPauseMs: 0,
    };
  });
}

function threadModel(options: BenchOptions, thread: number): LoadModel {
  const { model, threads, rampMs, warmupMs } = options;
  if (model.kind !== 'open') return model;
  const stages = [...leadIn(model.stages[0]!, rampMs, warmupMs), ...model.stages];
  return {
    kind: 'open',
    arrivals: model.arrivals,
    stages: shareOf(stages, 1 / threads),
    phase: thread / threads,
  };
}
