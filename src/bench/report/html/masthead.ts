import type { LatencySummary, RunResult } from '../../run-result.js';
import { BOTTLENECK_HEADLINE, bottleneckSentence } from '../bottleneck.js';
import { totalFailures } from '../failure-labels.js';
import { isTelling } from '../latency-rows.js';
import { formatBytes, formatCount, formatElapsed, formatLatency, formatRate } from '../units.js';
import { escapeHtml, figureMarkup } from './markup.js';

/** What was measured, whether it passed, what to beware of, and the six figures that matter. */
export function renderMasthead(result: RunResult, notes: readonly string[]): string {
  return `<header>
<p class="brand"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M3 4v16M21 4v16M3 9c3-2.5 6 2.5 9 0s6-2.5 9 0M3 15c3-2.5 6 2.5 9 0s6-2.5 9 0"/></svg>sluice bench</p>
<div class="title"><h1>${escapeHtml(result.target)}</h1>${verdict(result)}</div>
<p class="conditions">${conditions(result).map(escapeHtml).join('<span aria-hidden="true"> · </span>')}</p>
</header>
${bottleneck(result)}${failureReasons(result)}${keyFigures(result)}${warnings(result, notes)}`;
}

function verdict({ passed, expectations }: RunResult): string {
  const broken = expectations.filter((expectation) => !expectation.passed).length;
  if (!passed) return '<p class="verdict bad">✕ Failed</p>';
  if (broken > 0) {
    return `<p class="verdict bad">✕ ${broken} ${broken === 1 ? 'expectation' : 'expectations'} broken</p>`;
  }
  return '<p class="verdict good">✓ Passed</p>';
}

function conditions(result: RunResult): string[] {
  const { model, settings, durationMs, startedAt } = result;
  const parts = [model === 'open' ? 'Open load' : 'Closed load'];
  const { connections, depth } = settings;
  if (typeof connections === 'number') {
    const deep = typeof depth === 'number' && model === 'closed' ? ` × ${depth} in flight` : '';
    parts.push(
      `${formatCount(connections)} ${connections === 1 ? 'connection' : 'connections'}${deep}`,
    );
  }
  if (model === 'open') parts.push(...dueRates(settings));
  parts.push(`${formatElapsed(durationMs)} measured`, readableDate(startedAt));
  return parts;
}

/** At which rate requests were due: one, or the lowest and the highest of several stages. */
function dueRates({ rate, stages }: RunResult['settings']): string[] {
  const planned: readonly unknown[] = Array.isArray(stages) ? stages : [];
  const rates = [
    rate,
    ...planned.flatMap((stage) => {
      const { fromRate, toRate } = Object(stage) as { fromRate?: unknown; toRate?: unknown };
      return [fromRate, toRate];
    }),
  ].filter((value) => typeof value === 'number');
  if (rates.length === 0) return [];
  const lowest = formatRate(Math.min(...rates));
  const highest = formatRate(Math.max(...rates));
  return [lowest === highest ? `${highest} requests/s` : `${lowest} to ${highest} requests/s`];
}

function readableDate(startedAt: string): string {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)/.exec(startedAt);
  return match === null ? startedAt : `${match[1]!} ${match[2]!} UTC`;
}

function bottleneck(result: RunResult): string {
  const sentence = bottleneckSentence(result);
  if (sentence === null) return '';
  return `<section class="alarm" role="alert"><h2><span aria-hidden="true">⚠ </span>${escapeHtml(BOTTLENECK_HEADLINE)}</h2><p>${escapeHtml(sentence)}</p></section>\n`;
}

function failureReasons({ passed, failureReasons: reasons }: RunResult): string {
  if (passed) return '';
  const items = reasons.map((reason) => `<li>${escapeHtml(reason)}</li>`).join('');
  return `<section class="alarm"><h2>The run failed</h2><ul>${items}</ul></section>\n`;
}

function keyFigures({ totals, latency, failures, passed }: RunResult): string {
  const failed = totalFailures(failures);
  const tiles = [
    tile(
      'Replies per second',
      figureMarkup(
        'totals.repliesPerSecond',
        totals.repliesPerSecond,
        formatRate(totals.repliesPerSecond),
      ),
      `${formatCount(totals.replies)} in all, ${formatBytes(totals.bytesReceivedPerSecond)}/s`,
      'first',
    ),
    latencyTile('p50 latency', latency, 'p50Us', 'half were slower'),
    latencyTile('p99 latency', latency, 'p99Us', '1 in 100 slower'),
    latencyTile('p99.9 latency', latency, 'p999Us', '1 in 1,000 slower'),
    latencyTile('Slowest', latency, 'maxUs', `of ${formatCount(latency.count)} requests`),
    tile(
      'Failures',
      `<data data-figure="failures" value="${failed}">${formatCount(failed)}</data>`,
      failureNote(failed, passed),
      failed === 0 ? '' : 'bad',
    ),
  ];
  return `<section class="tiles" aria-label="Key figures">${tiles.join('')}</section>\n`;
}

function latencyTile(
  label: string,
  latency: LatencySummary,
  name: 'p50Us' | 'p99Us' | 'p999Us' | 'maxUs',
  note: string,
): string {
  if (latency.count === 0) return tile(label, '-', 'nothing measured');
  if (!isTelling(latency, name)) return tile(label, '-', 'too few requests');
  const valueUs = latency[name];
  return tile(label, figureMarkup(`latency.${name}`, valueUs, formatLatency(valueUs)), note);
}

function failureNote(failed: number, passed: boolean): string {
  if (failed > 0) return 'listed below';
  return passed ? 'none counted' : 'why is said above';
}

function tile(label: string, figure: string, note: string, style = ''): string {
  return `<div class="tile ${style}"><p class="label">${escapeHtml(label)}</p><p class="figure">${figure}</p><p class="note">${escapeHtml(note)}</p></div>`;
}

function warnings({ generator }: RunResult, notes: readonly string[]): string {
  const sentences = [...generator.warnings, ...notes];
  if (sentences.length === 0) return '';
  const items = sentences.map((sentence) => `<li>${escapeHtml(sentence)}</li>`).join('');
  return `<section class="warnings" aria-label="Warnings"><ul>${items}</ul></section>\n`;
}
