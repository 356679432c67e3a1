import { SAME_SIGNAL_MS } from '../limits.js';

/**
 * Settles at the first SIGTERM or SIGINT. A second one ends the process at once, with exit code 1,
 * after `onSecond`; but not the same one within SAME_SIGNAL_MS, for GNU timeout and some
 * supervisors send theirs to a process and to its group.
 */
export function firstSignal(onSecond: () => void): Promise<void> {
  return new Promise((resolve) => {
    let first: { readonly signal: NodeJS.Signals; readonly atMs: number } | null = null;
    const onSignal = (signal: NodeJS.Signals): void => {
      const nowMs = performance.now();
      if (first === null) {
        first = { signal, atMs: nowMs };
        resolve();
        return;
      }
      if (signal === first.signal && nowMs - first.atMs < SAME_SIGNAL_MS) return;
      onSecond();
      process.exit(1);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
