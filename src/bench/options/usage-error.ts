/**
 * The operator asked for something that cannot be done (exit code 2). The message is
 * one line that says what to write instead.
 */
export class UsageError extends Error {
  readonly code = 'SLUICE_BENCH_USAGE';
}
