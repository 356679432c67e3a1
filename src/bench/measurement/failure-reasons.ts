import type { ConnectReport, ThreadOutcome } from '../load/thread-plan.js';
import type { BenchOptions } from '../options/bench-options.js';
import type { FailureCounts, RunResult } from '../run-result.js';

/** Failures that make a run a failed one, and what is said of one of them, and of more. */
const FATAL: Readonly<Partial<Record<keyof FailureCounts, readonly [one: string, more: string]>>> =
  {
    lost: ['request was never answered', 'requests were never answered'],
    repeated: ['reply came more than once', 'replies came more than once'],
    foreign: ['reply had an id that was not asked for', 'replies had an id that was not asked for'],
    parseErrors: ['reply could not be read', 'replies could not be read'],
    wrongResults: ['result was not as expected', 'results were not as expected'],
    connectFailures: ['connection could not be made', 'connections could not be made'],
    tlsFailures: ['connection failed in TLS', 'connections failed in TLS'],
    upgradeFailures: [
      'connection was refused at the upgrade or the handshake',
      'connections were refused at the upgrade or the handshake',
    ],
    unexpectedCloses: [
      'connection was closed by the server',
      'connections were closed by the server',
    ],
    childExits: ['process ended', 'processes ended'],
  };

/** What a run left behind, as far as it says why nothing was answered. */
export interface FailureTraces {
  readonly connected: readonly ConnectReport[];
  readonly outcomes: readonly ThreadOutcome[];
  readonly wasInterrupted: boolean;
}

/** Why the run failed, in sentences; none where it did not. */
export function explainFailures(
  options: BenchOptions,
  traces: FailureTraces,
  failures: FailureCounts,
  totals: RunResult['totals'],
): string[] {
  const sentences: string[] = [];
  for (const [name, [one, more]] of Object.entries(FATAL)) {
    const count = failures[name as keyof FailureCounts];
    if (count > 0) sentences.push(`${count} ${count === 1 ? one : more}`);
  }
  sentences.push(...new Set(traces.outcomes.flatMap((outcome) => outcome.reasons)));
  if (totals.replies + failures.late > 0) return sentences;
  const isConnected = traces.connected.some((report) => report.connected > 0);
  // Where nothing was connected, what has been said so far is the cause.
  if (isConnected || sentences.length === 0) {
    sentences.push(whyUnanswered(options, traces, failures, totals));
  }
  return sentences;
}

/** Not one measured request has a reply. */
function whyUnanswered(
  { timeoutMs, target }: BenchOptions,
  { wasInterrupted, outcomes }: FailureTraces,
  failures: FailureCounts,
  { requests }: RunResult['totals'],
): string {
  if (wasInterrupted && requests === 0) return 'interrupted before anything was measured';
  const causes = Object.keys(FATAL).filter((name) => name !== 'lost');
  if (causes.some((name) => failures[name as keyof FailureCounts] > 0)) {
    return 'no request was answered';
  }
  if (outcomes.some((outcome) => outcome.wasAnswered)) {
    return requests === 0
      ? 'nothing was sent in the measured time: the replies to the warm-up took longer; give a longer --duration'
      : 'no request was answered but those of the warm-up';
  }
  const which = requests === 0 ? 'no request of the warm-up' : 'no request';
  const check =
    target.kind === 'process'
      ? 'check --framing, --preset, and that the command speaks JSON-RPC on its standard output'
      : 'check --method, --preset, and that the server speaks JSON-RPC';
  return `${which} was answered within ${timeoutMs / 1_000} s; ${check}`;
}
