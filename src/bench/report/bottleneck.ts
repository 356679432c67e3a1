import type { RunResult } from '../run-result.js';
import { formatLatency, formatShare } from './units.js';

/** The headline over every output of a run in which the generator was the bottleneck. */
export const BOTTLENECK_HEADLINE = 'The load generator was the bottleneck';

/** Above this share of a core a generator's thread has nothing left to give. */
const SATURATED_CPU_SHARE = 0.9;

/**
 * What the reader must know before any figure: what was seen and what to do. Null when
 * the generator kept up.
 */
export function bottleneckSentence(result: RunResult): string | null {
  const { generator, latency, model } = result;
  if (!generator.wasBottleneck) return null;
  const lateShare = latency.p99Us > 0 ? generator.lateness.p99Us / latency.p99Us : 0;
  const advice =
    generator.cpuShare >= SATURATED_CPU_SHARE
      ? `Use more --threads, ${model === 'open' ? 'a lower --rate' : 'fewer --connections'}, or another machine for it.`
      : 'Its threads had time left, so this machine was too busy with other things: measure on a quieter one, or run the generator on another.';
  return (
    'These figures show the generator at its limit, not the server. It sent ' +
    `${formatLatency(generator.lateness.p99Us)} late at p99 (${formatShare(lateShare)} of the ` +
    `latency at p99), its busiest thread used ${formatShare(generator.cpuShare)} of a core. ${advice}`
  );
}
