import type { HistogramContents } from '../measurement/latency-histogram.js';
import type { Workload } from '../payload/message-spec.js';
import type { FailureCounts } from '../run-result.js';
import type { Target } from '../transport/target.js';
import type { Arrivals, Stage } from './arrivals.js';

/** What one load thread is to do: plain data. */
export interface ThreadPlan {
  readonly target: Target;
  readonly workload: Workload;
  /** Number of the thread's first connection among those of all threads. */
  readonly firstConnection: number;
  readonly connections: number;
  readonly model: LoadModel;
  readonly rampMs: number;
  readonly warmupMs: number;
  /** Measured time; null where `requests` bounds the run. */
  readonly durationMs: number | null;
  /** Measured requests of this thread; null where the time bounds the run. */
  readonly requests: number | null;
  readonly timeoutMs: number;
  /** For a connection with its handshake, each step. */
  readonly connectTimeoutMs: number;
  /** Reading pauses so long after each chunk: for clients that are slow on purpose. 0: never. */
  readonly readPauseMs: number;
}

export type LoadModel =
  | { readonly kind: 'closed'; readonly depth: number }
  | {
      readonly kind: 'open';
      readonly arrivals: Arrivals;
      /** This thread's share of the rate, from the start of the ramp to the end. */
      readonly stages: readonly Stage[];
      /** Shifts uniform arrivals of the threads against each other: 0 to 1 of a gap. */
      readonly phase: number;
    }
  /** Each connection replays the workload's recording with its timing. */
  | { readonly kind: 'replay' };

export interface ConnectReport {
  readonly connected: number;
  readonly failures: readonly { readonly counter: ConnectCounter; readonly reason: string }[];
  /** Children that were started. */
  readonly pids: readonly number[];
}

export type ConnectCounter = 'connectFailures' | 'tlsFailures' | 'upgradeFailures' | 'childExits';

/** What happened in one second; the first point of the measured part has `second` 1. */
export interface SecondPoint {
  readonly isMeasured: boolean;
  /** End of the time covered, seconds since the measured part began; 0 or less in the warm-up. */
  readonly second: number;
  /** Length of the time covered, seconds. */
  readonly lengthS: number;
  readonly requests: number;
  readonly replies: number;
  readonly bytes: number;
  readonly errors: number;
  readonly inFlight: number;
  readonly latency: HistogramContents;
}

export interface ThreadOutcome {
  /** From the start of the measured part to its end, drain excluded. */
  readonly measuredMs: number;
  readonly requests: number;
  readonly notifications: number;
  readonly replies: number;
  /** Replies that came inside the measured time, whenever their request was sent. */
  readonly repliesInTime: number;
  /** Whether any reply came, be it to a request of the warm-up. */
  readonly wasAnswered: boolean;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** By method, in the order of requestMethods(). */
  readonly latency: readonly HistogramContents[];
  readonly uncorrected: HistogramContents;
  readonly lateness: HistogramContents;
  readonly failures: FailureCounts;
  readonly closeCodes: Readonly<Record<string, number>>;
  /** A few sentences for the user, for failures that have more to say than a counter. */
  readonly reasons: readonly string[];
  /** Share of a core that the thread was busy, 0 to 1; spinning for the next due time is idle. */
  readonly busyShare: number;
}
