/** Microseconds of this thread's monotonic clock, with fractions. About 60 ns a call. */
export function nowUs(): number {
  return performance.now() * 1_000;
}

/** A moment of the wall clock (milliseconds since the epoch) on this thread's clock. */
export function fromEpochMs(epochMs: number): number {
  return (epochMs - performance.timeOrigin) * 1_000;
}

/** Now, as a moment that other threads understand. */
export function epochNowMs(): number {
  return performance.timeOrigin + performance.now();
}
