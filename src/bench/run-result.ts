/**
 * What one benchmark run measured: the content of `--json FILE`, and the only thing
 * that tables, reports and comparisons are made from. Times carry their unit in the
 * name. A change that breaks readers raises SCHEMA_VERSION.
 */
export const SCHEMA_VERSION = 1;

export interface RunResult {
  readonly schema: 'sluice-bench';
  readonly schemaVersion: typeof SCHEMA_VERSION;
  /** ISO 8601, start of the warm-up. */
  readonly startedAt: string;
  readonly versions: { readonly sluice: string; readonly node: string };
  readonly machine: {
    readonly cpuModel: string;
    readonly cpuCount: number;
    readonly memoryBytes: number;
    readonly platform: string;
    readonly release: string;
  };
  /** The arguments after `sluice bench`, as they were given. Secrets (token values) are masked. */
  readonly commandLine: readonly string[];
  /** The resolved settings, for a reader of the report. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly target: string;
  readonly model: 'closed' | 'open';
  /** Measured time, warm-up and drain excluded. */
  readonly durationMs: number;
  readonly totals: {
    readonly requests: number;
    readonly notifications: number;
    /** To those requests, whenever they came; late ones are among the failures. */
    readonly replies: number;
    readonly bytesSent: number;
    readonly bytesReceived: number;
    readonly requestsPerSecond: number;
    /** What came in within the measured time, to whichever requests, but no more than `replies`. */
    readonly repliesPerSecond: number;
    readonly bytesSentPerSecond: number;
    readonly bytesReceivedPerSecond: number;
  };
  /** From due time (open model) or send time (closed model) to the reply. */
  readonly latency: LatencySummary;
  /** Open model: from the moment of sending, which hides stalls; beside the corrected one. */
  readonly latencyUncorrected: LatencySummary | null;
  readonly perMethod: readonly { readonly method: string; readonly latency: LatencySummary }[];
  /** One point a second. */
  readonly timeline: readonly TimelinePoint[];
  /** Each failure has its own counter; a counter that stayed 0 is there with 0. */
  readonly failures: FailureCounts;
  readonly closeCodes: Readonly<Record<string, number>>;
  readonly generator: {
    readonly threads: number;
    /** How late the generator itself sent, against when it meant to. */
    readonly lateness: LatencySummary;
    /** Share of one core, 0 to 1, of the busiest thread. */
    readonly cpuShare: number;
    readonly wasBottleneck: boolean;
    /**
     * Sentences for the user, beside that of a bottleneck: a closed load cannot show stalls, ...
     */
    readonly warnings: readonly string[];
  };
  /** Figures of --slow-readers, --churn, --big-messages, apart from the measured load. */
  readonly disturbance: Readonly<Record<string, number>> | null;
  readonly expectations: readonly {
    readonly expression: string;
    readonly actual: number;
    readonly passed: boolean;
  }[];
  /** False where the run itself failed: lost, repeated or foreign replies, no connection, ... */
  readonly passed: boolean;
  readonly failureReasons: readonly string[];
}

export interface LatencySummary {
  readonly count: number;
  readonly minUs: number;
  readonly meanUs: number;
  readonly stdevUs: number;
  readonly maxUs: number;
  readonly p50Us: number;
  readonly p75Us: number;
  readonly p90Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly p9999Us: number;
  /** HdrHistogram V2 compressed encoding, base64; 1 us to 60 s, 3 digits. Empty when count is 0. */
  readonly histogram: string;
}

export interface TimelinePoint {
  /** Seconds since the measured part began; the end of the second that the point covers. */
  readonly second: number;
  readonly requestsPerSecond: number;
  readonly repliesPerSecond: number;
  readonly bytesPerSecond: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
  readonly errors: number;
  readonly inFlight: number;
  /** Of the server under test, where it is a child or a local process; else null. */
  readonly serverMemoryBytes: number | null;
  readonly serverCpuShare: number | null;
}

export interface FailureCounts {
  readonly lost: number;
  readonly repeated: number;
  readonly foreign: number;
  readonly late: number;
  readonly errorReplies: number;
  readonly wrongResults: number;
  readonly parseErrors: number;
  readonly timeouts: number;
  readonly connectFailures: number;
  readonly tlsFailures: number;
  readonly upgradeFailures: number;
  readonly unexpectedCloses: number;
  readonly childExits: number;
}
