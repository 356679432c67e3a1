/**
 * Throws as an uncaught exception: what goes wrong with one flow must not reach the others that are
 * served in the same turn.
 */
export function throwLater(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}
