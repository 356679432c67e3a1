import type { RunResult } from '../run-result.js';
import { LATENCY_STATISTICS } from './latency-rows.js';
import { formatLatency, formatRate, formatShare } from './units.js';

type Expectation = RunResult['expectations'][number];

/**
 * What was measured for an expectation, in the unit in which it was written: latencies
 * are held in microseconds, a count that is held against a percentage as a share of 0 to 1.
 */
export function measuredText({ expression, actual }: Expectation): string {
  const metric = /^\s*([a-z\d.]+)/i.exec(expression)?.[1]?.toLowerCase();
  const isLatency = LATENCY_STATISTICS.some(([, label]) => label === metric);
  // No reply at all stands as the largest number there is, which nobody wants to read.
  if (actual >= Number.MAX_SAFE_INTEGER) return 'no reply';
  if (isLatency) return formatLatency(actual);
  return /%\s*$/.test(expression) ? formatShare(actual) : formatRate(actual);
}
