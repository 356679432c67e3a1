import type { RunResult } from './run-result.js';

/** What `--find-max` found: every step that was tried, in the order in which it was tried. */
export interface FindMaxResult {
  /** The limits as the user wrote them: `p99<10ms,errors<0.1%`. */
  readonly limits: string;
  readonly steps: readonly FindMaxStep[];
  /** Requests a second of the highest step that kept the limits; null where none did. */
  readonly maxRate: number | null;
  /** Whether a second run at `maxRate` kept the limits too. */
  readonly confirmed: boolean;
  /** The search was ended before its time; `maxRate` is what was known by then. */
  readonly wasInterrupted: boolean;
}

export interface FindMaxStep {
  /** Requests a second that were asked for. */
  readonly rate: number;
  /** Whether the step kept the limits and its run passed. */
  readonly ok: boolean;
  readonly result: RunResult;
}
