import {
  BIG_MESSAGE_BYTES,
  CONNECT_TIMEOUT_MS,
  MAX_DEPTH,
  SLOW_READ_INTERVAL_MS,
  SLOW_READER_BYTES,
  SLOW_READER_DEPTH,
} from '../bench-limits.js';
import { LoadThread } from '../load/load-thread.js';
import type { ThreadOutcome, ThreadPlan } from '../load/thread-plan.js';
import { LatencyHistogram } from '../measurement/latency-histogram.js';
import { epochNowMs } from '../measurement/load-clock.js';
import { generateParams } from '../payload/generated-params.js';
import type { Workload } from '../payload/message-spec.js';
import { requestTemplate, templateLength } from '../payload/message-template.js';
import type { DisturbanceFigures, DisturbancePlan } from './disturbance-plan.js';

/**
 * Longer than any run: disturbing clients are patient, or a slow reader would time out by itself.
 */
const FOREVER_MS = 24 * 3_600_000;

/** Digits of an id, and of what placeholders become, as far as a size depends on them. */
const ID_DIGITS = 6;

/** A group of disturbing clients: connected once, under load until stopped. */
export class DisturbingGroup {
  readonly #name: string;
  readonly #thread: LoadThread;
  #outcome: Promise<ThreadOutcome> | null = null;

  private constructor(name: string, plan: ThreadPlan) {
    this.#name = name;
    this.#thread = new LoadThread(plan);
  }

  /** Clients that keep many requests in flight and take a chunk off the socket now and then. */
  static slowReaders(plan: DisturbancePlan): DisturbingGroup {
    return new DisturbingGroup('slowReaders', {
      ...basicPlan(plan),
      connections: plan.clients.slowReaders,
      model: { kind: 'closed', depth: slowReaderDepth(plan.workload) },
      readPauseMs: SLOW_READ_INTERVAL_MS,
    });
  }

  /** Clients with one huge request in flight each. */
  static bigMessages(plan: DisturbancePlan): DisturbingGroup {
    const { workload } = plan;
    const first = workload.messages.find((message) => !message.isNotification);
    const params = generateParams(
      BIG_MESSAGE_BYTES,
      workload.dialect,
      first!.method,
      workload.seed,
    );
    return new DisturbingGroup('bigMessages', {
      ...basicPlan(plan),
      connections: plan.clients.bigMessages,
      workload: { ...workload, messages: [{ ...first!, params, expectedResult: null }] },
    });
  }

  async start(): Promise<void> {
    await this.#thread.connect();
    this.#outcome = this.#thread.run(epochNowMs());
  }

  async stop(): Promise<DisturbanceFigures> {
    this.#thread.cut();
    const outcome = await this.#outcome!;
    await this.#thread.close();
    const { failures } = outcome;
    const latency = new LatencyHistogram();
    for (const contents of outcome.latency) latency.add(contents);
    return {
      [`${this.#name}Requests`]: outcome.requests,
      [`${this.#name}Replies`]: outcome.replies,
      [`${this.#name}ErrorReplies`]: failures.errorReplies,
      [`${this.#name}BytesReceived`]: outcome.bytesReceived,
      [`${this.#name}P50Us`]: latency.percentile(50),
      [`${this.#name}P99Us`]: latency.percentile(99),
      [`${this.#name}ClosedByServer`]: failures.unexpectedCloses,
      [`${this.#name}NotConnected`]:
        failures.connectFailures + failures.tlsFailures + failures.upgradeFailures,
    };
  }
}

/** Clients that come, ask once and go, at a steady rate whatever becomes of them. */
export class Churn {
  readonly #plan: ThreadPlan;
  readonly #gapMs: number;
  readonly #visits = new Set<Promise<void>>();
  readonly #visitTimes = new LatencyHistogram();
  #timer: NodeJS.Timeout | null = null;
  #nextMs = 0;
  #started = 0;
  #answered = 0;
  #failed = 0;

  constructor(plan: DisturbancePlan) {
    this.#plan = { ...basicPlan(plan), connections: 1, requests: 1, timeoutMs: 10_000 };
    this.#gapMs = 1_000 / plan.clients.churnPerSecond;
  }

  start(): void {
    this.#nextMs = performance.now();
    this.#timer = setInterval(() => this.#arrive(), 5);
  }

  async stop(): Promise<DisturbanceFigures> {
    if (this.#timer !== null) clearInterval(this.#timer);
    await Promise.all(this.#visits);
    return {
      churnConnections: this.#started,
      churnAnswered: this.#answered,
      churnFailed: this.#failed,
      churnVisitP50Us: this.#visitTimes.percentile(50),
      churnVisitP99Us: this.#visitTimes.percentile(99),
    };
  }

  #arrive(): void {
    while (this.#nextMs <= performance.now()) {
      this.#nextMs += this.#gapMs;
      const visit = this.#visit().finally(() => this.#visits.delete(visit));
      this.#visits.add(visit);
    }
  }

  async #visit(): Promise<void> {
    this.#started++;
    const beganMs = performance.now();
    const thread = new LoadThread(this.#plan);
    const { connected } = await thread.connect();
    const outcome = connected === 1 ? await thread.run(epochNowMs()) : null;
    await thread.close();
    this.#visitTimes.record((performance.now() - beganMs) * 1_000);
    if (outcome?.replies === 1) this.#answered++;
    else this.#failed++;
  }
}

/**
 * As many requests as it takes to fill more than the kernel's buffers, on the average of the mix.
 */
function slowReaderDepth({ dialect, messages }: Workload): number {
  let bytes = 0;
  let weights = 0;
  for (const { method, params, isNotification, weight } of messages) {
    if (isNotification) continue;
    const parts = requestTemplate(dialect, method, params, false);
    bytes += templateLength(parts, ID_DIGITS) * weight;
    weights += weight;
  }
  const depth = Math.ceil((SLOW_READER_BYTES * weights) / bytes);
  return Math.max(SLOW_READER_DEPTH, Math.min(MAX_DEPTH, depth));
}

function basicPlan({ target, workload }: DisturbancePlan): ThreadPlan {
  return {
    target,
    workload,
    firstConnection: 0,
    connections: 1,
    model: { kind: 'closed', depth: 1 },
    rampMs: 0,
    warmupMs: 0,
    durationMs: null,
    requests: null,
    timeoutMs: FOREVER_MS,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    readPauseMs: 0,
  };
}
