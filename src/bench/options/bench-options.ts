import type { Arrivals, Stage } from '../load/arrivals.js';
import type { Workload } from '../payload/message-spec.js';
import type { ReportPaths } from '../report/write-reports.js';
import type { Target } from '../transport/target.js';
import type { Expectation } from './expectation.js';

/** A command line, understood: everything is resolved, nothing is left to default later. */
export interface BenchOptions {
  readonly target: Target;
  /** --vs */
  readonly versusTarget: Target | null;
  readonly rounds: number;
  readonly findMax: { readonly text: string; readonly limits: readonly Expectation[] } | null;
  readonly expectations: readonly Expectation[];
  readonly workload: Workload;
  readonly connections: number;
  readonly threads: number;
  readonly model: ModelOptions;
  readonly rampMs: number;
  readonly warmupMs: number;
  /** Null where `requests` bounds the run. */
  readonly durationMs: number | null;
  readonly requests: number | null;
  readonly timeoutMs: number;
  readonly disturbance: DisturbanceOptions;
  readonly reports: ReportPaths;
  readonly isQuiet: boolean;
  /** As it was given, secrets masked. */
  readonly commandLine: readonly string[];
}

export type ModelOptions =
  | { readonly kind: 'closed'; readonly depth: number }
  | {
      readonly kind: 'open';
      readonly arrivals: Arrivals;
      /** The measured stages; a last one without end where `requests` bounds the run. */
      readonly stages: readonly Stage[];
    }
  | { readonly kind: 'replay' };

export interface DisturbanceOptions {
  readonly slowReaders: number;
  /** Connections a second; 0 for none. */
  readonly churnPerSecond: number;
  readonly bigMessages: number;
}
