/** After so many microseconds the clock begins anew, so that it fits into a word of a batch. */
const WRAPS_AT_US = 1_000_000_000;

/** A time in whole microseconds, of a clock that all threads share; never 0. */
export function clockUs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return (seconds % 1_000) * 1_000_000 + Math.trunc(nanoseconds / 1_000) + 1;
}

/** Microseconds since then, up to a quarter of an hour. */
export function usSince(thenUs: number, nowUs = clockUs()): number {
  return (nowUs - thenUs + WRAPS_AT_US) % WRAPS_AT_US;
}
