import type { FindMaxResult } from '../find-max-result.js';
import { totalFailures } from './failure-labels.js';
import { textColumns, wrapWords } from './text-columns.js';
import { textBar } from './text-histogram.js';
import { formatCount, formatLatency, formatRate } from './units.js';

const BAR_CELLS = 20;

/**
 * The answer in one sentence, then the curve: every step by rising rate with what came
 * back and how long it took, the knee marked. Ends with a newline.
 */
export function renderFindMaxText(found: FindMaxResult): string {
  const lines = [...answer(found), '', ...curve(found)];
  const limited = found.steps.filter(({ result }) => result.generator.wasBottleneck);
  if (limited.length > 0) {
    const rates = limited.map(({ rate }) => `${formatRate(rate)}/s`).join(', ');
    lines.unshift(
      ...wrapWords(
        `!! THE LOAD GENERATOR WAS THE BOTTLENECK at ${rates}: the server may take more than this search could send.`,
        78,
      ),
      '',
    );
  }
  return `${lines.join('\n')}\n`;
}

function answer({ limits, steps, maxRate, confirmed, wasInterrupted }: FindMaxResult): string[] {
  const count = `${steps.length} ${steps.length === 1 ? 'run' : 'runs'}`;
  const runs = wasInterrupted ? `${count}, INTERRUPTED` : count;
  if (maxRate === null) {
    const lowest = Math.min(...steps.map(({ rate }) => rate));
    const tried = steps.length === 0 ? '' : ` The lowest rate tried was ${formatRate(lowest)}/s.`;
    // Each once: a server that is not there fails every step in the same way.
    const reasons = new Set(steps.flatMap(({ result }) => result.failureReasons));
    return [
      ...wrapWords(`No rate was within ${limits} (${runs}).${tried}`, 78),
      ...[...reasons].map((reason) => `  ${reason}`),
    ];
  }
  const sentences = [
    `Highest rate within ${limits}: ${formatRate(maxRate)} requests/s (${runs}).`,
    confirmed
      ? 'A second run at this rate kept the limits too.'
      : 'NOT CONFIRMED: the limits were kept at this rate once only; take it for an upper bound.',
  ];
  if (steps.every(({ ok }) => ok)) {
    sentences.push('No step broke the limits: the knee lies higher.');
  }
  return sentences.flatMap((sentence) => wrapWords(sentence, 78));
}

function curve({ steps, maxRate }: FindMaxResult): string[] {
  const byRate = [...steps].sort((one, other) => one.rate - other.rate);
  const slowestUs = Math.max(1, ...byRate.map(({ result }) => result.latency.p99Us));
  const knee = byRate.findLastIndex(({ rate, ok }) => ok && rate === maxRate);
  const rows = byRate.map(({ rate, ok, result }, index) => [
    formatRate(rate),
    formatRate(result.totals.repliesPerSecond),
    result.latency.count === 0 ? '-' : formatLatency(result.latency.p50Us),
    result.latency.count === 0 ? '-' : formatLatency(result.latency.p99Us),
    formatCount(totalFailures(result.failures)),
    ok ? 'within' : 'beyond',
    `${textBar(logShare(result.latency.p99Us, slowestUs), BAR_CELLS)}${index === knee ? ' <- knee' : ''}`,
  ]);
  const title = ['rate/s', 'replies/s', 'p50', 'p99', 'errors', 'limits', 'p99 (log scale)'];
  return textColumns(
    [title, ...rows],
    ['right', 'right', 'right', 'right', 'right', 'left', 'left'],
  );
}

/** Latency at the knee grows by orders of magnitude: on a linear bar all before it would vanish. */
function logShare(latencyUs: number, slowestUs: number): number {
  return Math.log10(Math.max(1, latencyUs)) / Math.max(1, Math.log10(slowestUs));
}
