import type { RunResult } from './run-result.js';
import type { SearchOutcome, SearchStep } from './search-max.js';

/** What `--find-max` found. */
export interface FindMaxResult extends SearchOutcome<FindMaxStep> {
  /** The limits as the user wrote them: `p99<10ms,errors<0.1%`. */
  readonly limits: string;
}

/** It is ok where the step kept the limits and its run passed. */
export interface FindMaxStep extends SearchStep {
  readonly result: RunResult;
}
