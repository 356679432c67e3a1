import { MAX_CPU_SHARE, MAX_LATENESS_SHARE } from '../bench-limits.js';
import type { ConnectReport, ThreadOutcome } from '../load/thread-plan.js';
import type { BenchOptions } from '../options/bench-options.js';
import { checkExpectation } from '../options/expectation.js';
import { requestMethods } from '../payload/message-spec.js';
import {
  type FailureCounts,
  type RunResult,
  SCHEMA_VERSION,
  type TimelinePoint,
} from '../run-result.js';
import { type Target, targetName } from '../transport/target.js';
import { describeSettings } from './describe-settings.js';
import { explainFailures } from './failure-reasons.js';
import { type HistogramContents, LatencyHistogram } from './latency-histogram.js';
import { noFailures } from './load-recorder.js';
import { machineFacts, versions } from './machine.js';

/** What a run left behind. */
export interface RunTraces {
  readonly startedAt: string;
  readonly target: Target;
  readonly connected: readonly ConnectReport[];
  readonly outcomes: readonly ThreadOutcome[];
  readonly timeline: readonly TimelinePoint[];
  readonly disturbance: Readonly<Record<string, number>> | null;
  /** The user has ended the run, maybe before its time. */
  readonly wasInterrupted: boolean;
}

/** Makes the result of a run from what its threads counted. */
export function assembleResult(options: BenchOptions, traces: RunTraces): RunResult {
  const { outcomes } = traces;
  const durationMs = Math.max(0, ...outcomes.map((outcome) => outcome.measuredMs));
  const failures = sumFailures(outcomes);
  const latency = merge(outcomes.flatMap((outcome) => outcome.latency));
  const lateness = merge(outcomes.map((outcome) => outcome.lateness));
  const isOpen = options.model.kind !== 'closed';
  const cpuShare = Math.max(0, ...outcomes.map((outcome) => outcome.busyShare));
  const totals = sumTotals(outcomes, durationMs);
  const failureReasons = explainFailures(options, traces, failures, totals);
  const result: RunResult = {
    schema: 'sluice-bench',
    schemaVersion: SCHEMA_VERSION,
    startedAt: traces.startedAt,
    versions: versions(),
    machine: machineFacts(),
    commandLine: options.commandLine,
    settings: describeSettings(options),
    target: targetName(traces.target),
    model: isOpen ? 'open' : 'closed',
    durationMs: Math.round(durationMs * 10) / 10,
    totals,
    latency: latency.summary(),
    latencyUncorrected: isOpen ? merge(outcomes.map((one) => one.uncorrected)).summary() : null,
    perMethod: perMethod(options, outcomes),
    timeline: traces.timeline,
    failures,
    closeCodes: sumRecords(outcomes.map((outcome) => outcome.closeCodes)),
    generator: {
      threads: options.threads,
      lateness: lateness.summary(),
      cpuShare: Math.round(cpuShare * 1_000) / 1_000,
      wasBottleneck:
        latency.count > 0 &&
        (cpuShare > MAX_CPU_SHARE ||
          lateness.percentile(99) > latency.percentile(99) * MAX_LATENESS_SHARE),
      warnings: [
        ...interruption(options, traces, durationMs, totals.requests),
        ...warnings(options, failures, totals),
      ],
    },
    disturbance: traces.disturbance,
    expectations: [],
    passed: failureReasons.length === 0,
    failureReasons,
  };
  return {
    ...result,
    expectations: options.expectations.map((expectation) => checkExpectation(expectation, result)),
  };
}

function merge(all: readonly HistogramContents[]): LatencyHistogram {
  const merged = new LatencyHistogram();
  for (const contents of all) merged.add(contents);
  return merged;
}

function sumTotals(outcomes: readonly ThreadOutcome[], durationMs: number): RunResult['totals'] {
  const sum = (of: (outcome: ThreadOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + of(outcome), 0);
  const perSecond = (count: number): number =>
    durationMs === 0 ? 0 : Math.round((count / durationMs) * 1e6) / 1e3;
  const requests = sum((outcome) => outcome.requests);
  const replies = sum((outcome) => outcome.replies);
  // Replies to requests of the warm-up stand in for those that come after the end, which a slow
  // server would otherwise lack; where all came in time, there are none to stand in for.
  const repliesInTime = Math.min(
    replies,
    sum((outcome) => outcome.repliesInTime),
  );
  const bytesSent = sum((outcome) => outcome.bytesSent);
  const bytesReceived = sum((outcome) => outcome.bytesReceived);
  return {
    requests,
    notifications: sum((outcome) => outcome.notifications),
    replies,
    bytesSent,
    bytesReceived,
    requestsPerSecond: perSecond(requests),
    repliesPerSecond: perSecond(repliesInTime),
    bytesSentPerSecond: perSecond(bytesSent),
    bytesReceivedPerSecond: perSecond(bytesReceived),
  };
}

/** By method: messages of a mix or a recording that call the same one are one line. */
function perMethod(
  options: BenchOptions,
  outcomes: readonly ThreadOutcome[],
): RunResult['perMethod'] {
  return requestMethods(options.workload.messages).map((method, i) => {
    const latency = merge(outcomes.map((outcome) => outcome.latency[i]!));
    return { method, latency: latency.summary() };
  });
}

function sumFailures(outcomes: readonly ThreadOutcome[]): FailureCounts {
  const total = noFailures();
  for (const { failures } of outcomes) {
    for (const name of Object.keys(total) as (keyof FailureCounts)[]) total[name] += failures[name];
  }
  return total;
}

function sumRecords(records: readonly Readonly<Record<string, number>>[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const record of records) {
    for (const [name, count] of Object.entries(record)) total[name] = (total[name] ?? 0) + count;
  }
  return total;
}

/** That the run is shorter than it was to be. */
function interruption(
  { durationMs, requests }: BenchOptions,
  { wasInterrupted }: RunTraces,
  measuredMs: number,
  sent: number,
): readonly string[] {
  if (!wasInterrupted) return [];
  if (durationMs !== null && measuredMs < durationMs) {
    const seconds = (ms: number): string => (ms / 1_000).toFixed(1);
    return [`Interrupted: ${seconds(measuredMs)} of ${seconds(durationMs)} s were measured.`];
  }
  if (requests === null || sent >= requests) return [];
  return [`Interrupted: ${sent} of ${requests} requests were sent.`];
}

function warnings(
  options: BenchOptions,
  failures: FailureCounts,
  { requests, replies }: RunResult['totals'],
): readonly string[] {
  const sentences: string[] = [];
  if (options.model.kind === 'closed' && requests > 0) {
    sentences.push(
      'A closed load waits with the server: a stall holds up a few requests and hides from the percentiles. Use --rate to see it.',
    );
  }
  if (failures.errorReplies > 0) {
    const share = failures.errorReplies / Math.max(1, replies);
    sentences.push(
      `Errors among the replies: ${failures.errorReplies} (${(share * 100).toFixed(1)} %). Their latency is in the figures.`,
    );
    if (failures.errorReplies >= replies) {
      sentences.push(
        'No request succeeded: --method, --params or --preset say what the server is asked for.',
      );
    }
  }
  if (failures.timeouts > 0) {
    sentences.push(
      `Without a reply after ${options.timeoutMs / 1_000} s: ${failures.timeouts}. They are in the percentiles with the time until their late reply, or until the end of the run.`,
    );
  }
  return sentences;
}
