import type { ConnectCounter, SecondPoint, ThreadOutcome } from '../load/thread-plan.js';
import { type MessageSpec, requestMethods } from '../payload/message-spec.js';
import type { TimedOutRequest } from '../replies/flight-table.js';
import type { FailureCounts } from '../run-result.js';
import { LatencyHistogram } from './latency-histogram.js';

/** Sentences that are kept for the user; a thousand equal failures need no thousand lines. */
const MAX_REASONS = 8;
const SECOND_US = 1e6;

type Counts = { -readonly [K in keyof FailureCounts]: FailureCounts[K] };

/**
 * Counts everything that one load thread does. Knows the measured window: what is
 * due (open model) or sent (closed) inside it counts, and its reply whenever it comes.
 * Failures that belong to no request count always.
 */
export class LoadRecorder {
  readonly failures: Counts = noFailures();
  /** By method, in the order of requestMethods(). */
  readonly latency: readonly LatencyHistogram[];
  readonly uncorrected = new LatencyHistogram();
  readonly lateness = new LatencyHistogram();
  /** Called with each second that has ended. */
  onSecond: (point: SecondPoint) => void = () => undefined;
  /** Asked at the end of a second. */
  countInFlight: () => number = () => 0;

  requests = 0;
  notifications = 0;
  replies = 0;
  repliesInTime = 0;
  bytesSent = 0;
  bytesReceived = 0;
  /** When something was sent, or a reply came, for the last time. */
  lastEventUs = 0;
  windowStartUs = Number.POSITIVE_INFINITY;
  windowEndUs = Number.POSITIVE_INFINITY;
  /** When the second that is being counted ends. */
  secondEndUs = Number.POSITIVE_INFINITY;

  /** By message of the workload: the index of its method; -1 for a notification's. */
  readonly #methodOf: Int32Array;
  readonly #closeCodes: Record<string, number> = {};
  readonly #reasons: string[] = [];
  readonly #secondLatency = new LatencyHistogram();
  #secondStartUs = 0;
  #secondRequests = 0;
  #secondReplies = 0;
  #secondBytes = 0;
  #secondErrors = 0;
  /** In a second that has ended. */
  #wasAnswered = false;

  constructor(messages: readonly MessageSpec[]) {
    const methods = requestMethods(messages);
    this.latency = methods.map(() => new LatencyHistogram());
    const indexes = new Map(methods.map((method, index) => [method, index]));
    this.#methodOf = Int32Array.from(messages, ({ method }) => indexes.get(method) ?? -1);
  }

  /** The load begins; what is measured begins later, at `windowStartUs`. */
  begin(startUs: number, windowStartUs: number, windowEndUs: number): void {
    this.windowStartUs = windowStartUs;
    this.windowEndUs = windowEndUs;
    this.#secondStartUs = startUs;
    const boundUs = startUs === windowStartUs ? windowEndUs : windowStartUs;
    this.secondEndUs = Math.min(startUs + SECOND_US, boundUs);
  }

  isMeasured(us: number): boolean {
    return us >= this.windowStartUs && us < this.windowEndUs;
  }

  /** A request has been written; `countedUs` is when it was due (open) or sent (closed). */
  onRequest(countedUs: number): void {
    this.#secondRequests++;
    if (this.isMeasured(countedUs)) this.requests++;
  }

  onNotification(countedUs: number): void {
    if (this.isMeasured(countedUs)) this.notifications++;
  }

  onSent(bytes: number, atUs: number): void {
    this.lastEventUs = atUs;
    this.#secondBytes += bytes;
    if (this.isMeasured(atUs)) this.bytesSent += bytes;
  }

  onReceived(bytes: number, atUs: number): void {
    this.#secondBytes += bytes;
    if (this.isMeasured(atUs)) this.bytesReceived += bytes;
  }

  /** A reply to a request of ours, right or wrong. `sentUs` is null in the closed model. */
  onReply(message: number, atUs: number, countedUs: number, sentUs: number | null): void {
    this.lastEventUs = atUs;
    this.#secondReplies++;
    const latencyUs = atUs - countedUs;
    this.#secondLatency.record(latencyUs);
    if (this.isMeasured(atUs)) this.repliesInTime++;
    if (!this.isMeasured(countedUs)) return;
    this.replies++;
    this.latency[this.#methodOf[message]!]!.record(latencyUs);
    if (sentUs !== null) this.uncorrected.record(atUs - sentUs);
  }

  /** The reply to a request that had timed out. */
  onLate(request: TimedOutRequest, atUs: number, isOpen: boolean): void {
    const countedUs = isOpen ? request.dueUs : request.sentUs;
    this.lastEventUs = atUs;
    if (this.isMeasured(atUs)) this.repliesInTime++;
    this.#secondReplies++;
    this.#secondLatency.record(atUs - countedUs);
    if (!this.isMeasured(countedUs)) return;
    // Its timeout has been counted among the second's errors.
    this.failures.late++;
    this.onWaited(request, atUs, isOpen);
  }

  /**
   * How long a request that timed out has waited, by its late reply or by the end of the
   * run. Left out, the slowest requests would be missing in the percentiles.
   */
  onWaited({ message, dueUs, sentUs }: TimedOutRequest, atUs: number, isOpen: boolean): void {
    const countedUs = isOpen ? dueUs : sentUs;
    if (!this.isMeasured(countedUs)) return;
    this.latency[this.#methodOf[message]!]!.record(atUs - countedUs);
    if (isOpen) this.uncorrected.record(atUs - sentUs);
  }

  fail(counter: keyof FailureCounts, count = 1): void {
    this.failures[counter] += count;
    this.#secondErrors += count;
  }

  /**
   * Keeps a sentence for the user, once. Parts of it may be the server's: a terminal obeys none of
   * them.
   */
  explain(reason: string): void {
    const sentence = reason.replace(/\p{Cc}+/gu, ' ');
    if (this.#reasons.length < MAX_REASONS && !this.#reasons.includes(sentence)) {
      this.#reasons.push(sentence);
    }
  }

  onCloseCode(code: string): void {
    this.#closeCodes[code] = (this.#closeCodes[code] ?? 0) + 1;
  }

  onConnectFailure(counter: ConnectCounter, reason: string): void {
    this.failures[counter]++;
    this.explain(reason);
  }

  /** Ends every second that is over. Called before anything at `us` is counted. */
  advance(us: number): void {
    while (us >= this.secondEndUs) {
      const end = this.secondEndUs;
      this.#endSecond(end);
      if (end >= this.windowEndUs) {
        this.secondEndUs = Number.POSITIVE_INFINITY;
        return;
      }
      const next = end + SECOND_US;
      this.secondEndUs =
        end < this.windowStartUs
          ? Math.min(next, this.windowStartUs)
          : Math.min(next, this.windowEndUs);
    }
  }

  /** The measured part ends now: a run bounded by its number of requests, or one cut short. */
  closeWindow(us: number): void {
    this.advance(us);
    this.windowEndUs = Math.min(this.windowEndUs, us);
    if (this.secondEndUs !== Number.POSITIVE_INFINITY && us > this.#secondStartUs) {
      this.#endSecond(us);
    }
    this.secondEndUs = Number.POSITIVE_INFINITY;
  }

  outcome(busyShare: number): ThreadOutcome {
    return {
      measuredMs: Math.max(0, this.windowEndUs - this.windowStartUs) / 1_000,
      requests: this.requests,
      notifications: this.notifications,
      replies: this.replies,
      repliesInTime: this.repliesInTime,
      wasAnswered: this.#wasAnswered || this.#secondReplies > 0,
      bytesSent: this.bytesSent,
      bytesReceived: this.bytesReceived,
      latency: this.latency.map((histogram) => histogram.contents),
      uncorrected: this.uncorrected.contents,
      lateness: this.lateness.contents,
      failures: this.failures,
      closeCodes: this.#closeCodes,
      reasons: this.#reasons,
      busyShare,
    };
  }

  #endSecond(endUs: number): void {
    this.onSecond({
      isMeasured: endUs > this.windowStartUs,
      second: (endUs - this.windowStartUs) / SECOND_US,
      lengthS: (endUs - this.#secondStartUs) / SECOND_US,
      requests: this.#secondRequests,
      replies: this.#secondReplies,
      bytes: this.#secondBytes,
      errors: this.#secondErrors,
      inFlight: this.countInFlight(),
      latency: this.#secondLatency.contents,
    });
    this.#wasAnswered ||= this.#secondReplies > 0;
    this.#secondLatency.reset();
    this.#secondStartUs = endUs;
    this.#secondRequests = 0;
    this.#secondReplies = 0;
    this.#secondBytes = 0;
    this.#secondErrors = 0;
  }
}

export function noFailures(): Counts {
  return {
    lost: 0,
    repeated: 0,
    foreign: 0,
    late: 0,
    errorReplies: 0,
    wrongResults: 0,
    parseErrors: 0,
    timeouts: 0,
    connectFailures: 0,
    tlsFailures: 0,
    upgradeFailures: 0,
    unexpectedCloses: 0,
    childExits: 0,
  };
}
