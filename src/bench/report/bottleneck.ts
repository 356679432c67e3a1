import type { RunResult } from '../run-result.js';
import { formatLatency, formatShare } from './units.js';

/** The headline over every output of a run in which the generator was the bottleneck. */
export const BOTTLENECK_HEADLINE = 'The load generator was the bottleneck';

/**
 * What the reader must know before any figure: what was seen and what to do. Null when
 * the generator kept up.
 */
export function bottleneckSentence(result: RunResult): string | null {
  const { generator, latency } = result;
  if (!generator.wasBottleneck) return null;
  const lateShare = latency.p99Us > 0 ? generator.lateness.p99Us / latency.p99Us : 0;
  return (
    'These figures show the generator at its limit, not the server. It sent ' +
    `${formatLatency(generator.lateness.p99Us)} late at p99 (${formatShare(lateShare)} of the ` +
    `latency at p99), its busiest thread used ${formatShare(generator.cpuShare)} of a core. ` +
    'Use more --threads, a lower --rate, or run it on another machine.'
  );
}
