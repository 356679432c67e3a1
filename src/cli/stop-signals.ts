import { SAME_SIGNAL_MS } from '../limits.js';

/**
 * Settles at the first SIGTERM or SIGINT. A second one ends the process at once, with exit code 1,
 * after `onSecond`: but not one that comes so soon that it is the same, for GNU timeout and some
 * supervisors send theirs to a process and to its group.
 */
export function firstSignal(onSecond: () => void): Promise<void> {
  return new Promise((resolve) => {
    let firstMs: number | null = null;
    const onSignal = (): void => {
      const now = performance.now();
      if (firstMs !== null && now - firstMs >= SAME_SIGNAL_MS) {
        onSecond();
        process.exit(1);
      }
      firstMs ??= now;
      resolve();
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
