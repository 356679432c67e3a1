import type { FailureCounts } from '../run-result.js';

/** What each failure counter is called where people read it, worst first. */
export const FAILURE_LABELS: Readonly<Record<keyof FailureCounts, string>> = {
  lost: 'lost replies',
  repeated: 'repeated replies',
  foreign: 'foreign replies (unknown id)',
  late: 'late replies (after timeout)',
  errorReplies: 'error replies',
  wrongResults: 'wrong results',
  parseErrors: 'replies that are not valid JSON-RPC',
  timeouts: 'timeouts',
  connectFailures: 'connect failures',
  tlsFailures: 'TLS failures',
  upgradeFailures: 'refused upgrades or handshakes',
  unexpectedCloses: 'unexpected closes',
  childExits: 'child process exits',
};

/** One failure counter with its name and its label. */
export interface NamedFailure {
  readonly name: keyof FailureCounts;
  readonly label: string;
  readonly count: number;
}

/** All counters in the order of the labels, zeros included. */
export function namedFailures(failures: FailureCounts): readonly NamedFailure[] {
  const names = Object.keys(FAILURE_LABELS) as (keyof FailureCounts)[];
  return names.map((name) => ({ name, label: FAILURE_LABELS[name], count: failures[name] }));
}

/**
 * The sum of all counters, in which a request counts once: a late reply has timed out
 * before, and what timed out and was never answered is lost too.
 */
export function totalFailures(failures: FailureCounts): number {
  const { lost, timeouts, late } = failures;
  const sum = namedFailures(failures).reduce((total, { count }) => total + count, 0);
  return sum - late - Math.min(lost, timeouts);
}
