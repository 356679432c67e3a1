import { CONNECT_TIMEOUT_MS } from './bench-limits.js';
import { Disturbance } from './disturbance/disturbance.js';
import { type LoadRunner, makeRunners } from './load/load-runner.js';
import { leadIn, shareOf } from './load/stage-plan.js';
import type { ConnectReport, LoadModel, ThreadOutcome, ThreadPlan } from './load/thread-plan.js';
import { assembleResult } from './measurement/assemble-result.js';
import { epochNowMs } from './measurement/load-clock.js';
import { ServerProbe } from './measurement/server-probe.js';
import { Timeline } from './measurement/timeline.js';
import type { BenchOptions } from './options/bench-options.js';
import type { LiveSnapshot } from './report/live-panel.js';
import { RunProgress } from './run-progress.js';
import type { RunResult } from './run-result.js';
import type { Target } from './transport/target.js';

/** Time for every load thread to hear when the load begins. */
const START_DELAY_MS = 20;

const NOT_CONNECTED: ConnectReport = { connected: 0, failures: [], pids: [] };

export interface RunWatch {
  /** About once a second. */
  readonly onSnapshot: (snapshot: LiveSnapshot) => void;
  /** Ends the measured part early; what was measured until then is the result. */
  readonly signal: AbortSignal;
}

/** A run whose clients are connected, those that could be. */
interface ConnectedRun {
  readonly options: BenchOptions;
  readonly target: Target;
  readonly watch: RunWatch;
  readonly progress: RunProgress;
  readonly runners: readonly LoadRunner[];
  readonly connected: readonly ConnectReport[];
  readonly startedAt: string;
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
  const progress = new RunProgress(options, watch.onSnapshot);
  progress.connecting();
  try {
    const connected = await connectAll(runners, watch.signal);
    return await runLoad({ options, target, watch, progress, runners, connected, startedAt });
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

async function runLoad(run: ConnectedRun): Promise<RunResult> {
  const { options, target, watch, progress, runners, connected } = run;
  const timeline = measuredTimeline(run);
  const stop = (): void => {
    for (const runner of runners) runner.stop();
  };
  watch.signal.addEventListener('abort', stop, { once: true });
  const disturbance = await startDisturbance(options, target);
  progress.begin();
  try {
    const outcomes = await loadAll(run);
    return assembleResult(options, {
      startedAt: run.startedAt,
      target,
      connected,
      outcomes,
      timeline: timeline.finish(),
      disturbance: (await disturbance?.stop()) ?? null,
      wasInterrupted: watch.signal.aborted,
    });
  } finally {
    watch.signal.removeEventListener('abort', stop);
    progress.end();
    await disturbance?.end();
  }
}

/** The timeline of all threads together, which is also shown as it grows. */
function measuredTimeline({ target, progress, runners, connected }: ConnectedRun): Timeline {
  const children = connected.flatMap((report) => report.pids);
  const probe = new ServerProbe(
    target.kind === 'process' ? children : ServerProbe.pidsOfUrl(target.url),
  );
  const timeline = new Timeline(
    connected.filter((report) => report.connected > 0).length,
    () => probe.sample(),
    (point, isMeasured) => progress.add(point, isMeasured),
  );
  for (const runner of runners) runner.onSecond = (point) => timeline.add(point);
  return timeline;
}

/** Runs the load of every thread that is connected, all from the same moment. */
function loadAll({ watch, runners, connected }: ConnectedRun): Promise<ThreadOutcome[]> {
  const isRunnable = connected.some((report) => report.connected > 0) && !watch.signal.aborted;
  const startMs = epochNowMs() + START_DELAY_MS;
  return Promise.all(
    runners.map((runner, i) =>
      isRunnable && connected[i]!.connected > 0 ? runner.run(startMs) : runner.abandon(),
    ),
  );
}

function startDisturbance(options: BenchOptions, target: Target): Promise<Disturbance | null> {
  if (target.kind !== 'websocket') return Promise.resolve(null);
  return Disturbance.start({ target, workload: options.workload, clients: options.disturbance });
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
