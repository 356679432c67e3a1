import type { RunResult } from '../../run-result.js';
import { disturbanceRows } from '../disturbance-rows.js';
import { measuredText } from '../expectation-text.js';
import { type NamedFailure, namedFailures, totalFailures } from '../failure-labels.js';
import { isTelling, LATENCY_STATISTICS, latencyCell, latencyColumns } from '../latency-rows.js';
import { formatBytes, formatCount, formatRate, formatShare } from '../units.js';
import { definitionList, escapeHtml, figureMarkup, scrollingTable } from './markup.js';

/** Throughput, latency by group, failures, expectations and disturbing clients, in figures. */
export function renderFigureTables(result: RunResult): string {
  return [
    result.latency.count === 0 ? '' : card('Latency in figures', latencyTable(result)),
    `<div class="pair">${card('Throughput in figures', throughputTable(result))}${card('Load generator', generatorList(result))}</div>`,
    card('Failures', failureList(result)),
    expectationList(result),
    disturbanceList(result),
  ].join('\n');
}

function card(title: string, content: string): string {
  return `<section class="card"><h3>${escapeHtml(title)}</h3>${content}</section>`;
}

function latencyTable(result: RunResult): string {
  const head = ['', ...LATENCY_STATISTICS.map(([, label]) => label), 'count'];
  const rows = latencyColumns(result).map(({ title, path, summary }) => {
    const cells = LATENCY_STATISTICS.map(([name]) => {
      const text = latencyCell(summary, name);
      return `<td>${isTelling(summary, name) ? figureMarkup(`${path}.${name}`, summary[name], text) : text}</td>`;
    });
    const count = figureMarkup(`${path}.count`, summary.count, formatCount(summary.count));
    return `<tr><th scope="row">${escapeHtml(title)}</th>${cells.join('')}<td>${count}</td></tr>`;
  });
  return scrollingTable('Latency in figures', head, rows.join(''));
}

function throughputTable({ totals }: RunResult): string {
  const row = (name: string, cells: readonly string[]) =>
    `<tr><th scope="row">${name}</th>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;
  const figure = (path: keyof typeof totals, format: (value: number) => string) =>
    figureMarkup(`totals.${path}`, totals[path], format(totals[path]));
  const perSecond = (bytes: number) => `${formatBytes(bytes)}/s`;
  const rows = [
    row('Requests', [
      figure('requestsPerSecond', formatRate),
      figure('requests', formatCount),
      figure('bytesSentPerSecond', perSecond),
      figure('bytesSent', formatBytes),
    ]),
    row('Replies', [
      formatRate(totals.repliesPerSecond),
      figure('replies', formatCount),
      figure('bytesReceivedPerSecond', perSecond),
      figure('bytesReceived', formatBytes),
    ]),
  ];
  if (totals.notifications > 0) {
    rows.push(row('Notifications', ['', figure('notifications', formatCount), '', '']));
  }
  return scrollingTable(
    'Throughput in figures',
    ['', 'per second', 'in all', 'bytes/s', 'bytes in all'],
    rows.join(''),
  );
}

function generatorList({ generator }: RunResult): string {
  const late = generator.lateness;
  return definitionList([
    ['Threads', figureMarkup('generator.threads', generator.threads, String(generator.threads))],
    [
      'Busiest thread',
      `${figureMarkup('generator.cpuShare', generator.cpuShare, formatShare(generator.cpuShare))} of a core`,
    ],
    ['Sent late, p50', latencyCell(late, 'p50Us')],
    [
      'Sent late, p99',
      isTelling(late, 'p99Us')
        ? figureMarkup('generator.lateness.p99Us', late.p99Us, latencyCell(late, 'p99Us'))
        : '-',
    ],
    ['Sent late, most', latencyCell(late, 'maxUs')],
  ]);
}

function failureList({ failures, closeCodes, passed, totals }: RunResult): string {
  const counters = namedFailures(failures);
  const lead =
    passed && totals.replies > 0 && totalFailures(failures) === 0
      ? '<p class="lead good">✓ None: each request got its one right reply.</p>'
      : '';
  const item = ({ name, label, count }: NamedFailure): [string, string] => [
    `${label.charAt(0).toUpperCase()}${label.slice(1)}`,
    `<span class="${count === 0 ? 'zero' : 'bad'}">${figureMarkup(`failures.${name}`, count, formatCount(count))}</span>`,
  ];
  const closes = Object.entries(closeCodes).map(([code, count]): [string, string] => [
    `Closed with code ${code}`,
    figureMarkup(`closeCodes.${code}`, count, formatCount(count)),
  ]);
  return `${lead}<div class="counters">${definitionList([...counters.map(item), ...closes])}</div>`;
}

function expectationList({ expectations }: RunResult): string {
  if (expectations.length === 0) return '';
  const entries = expectations.map((expectation): [string, string] => {
    const { expression, passed } = expectation;
    const outcome = `<span class="${passed ? 'good' : 'bad'}">${passed ? '✓ kept' : '✕ broken'}</span>`;
    return [expression, `${outcome}, measured ${escapeHtml(measuredText(expectation))}`];
  });
  return card('Expectations', definitionList(entries));
}

function disturbanceList({ disturbance }: RunResult): string {
  if (disturbance === null) return '';
  const entries = disturbanceRows(disturbance).map((row): [string, string] => [
    `${row.label.charAt(0).toUpperCase()}${row.label.slice(1)}`,
    figureMarkup(`disturbance.${row.name}`, row.value, row.text),
  ]);
  return card(
    'Disturbing clients',
    `<p class="lead">Not part of the figures above.</p>${definitionList(entries)}`,
  );
}
