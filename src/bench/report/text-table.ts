import type { RunResult } from '../run-result.js';
import { BOTTLENECK_HEADLINE, bottleneckSentence } from './bottleneck.js';
import { disturbanceRows } from './disturbance-rows.js';
import { measuredText } from './expectation-text.js';
import { namedFailures, totalFailures } from './failure-labels.js';
import {
  LATENCY_STATISTICS,
  type LatencyColumn,
  latencyCell,
  latencyColumns,
} from './latency-rows.js';
import { clip, textColumns, wrapWords } from './text-columns.js';
import { textHistogram } from './text-histogram.js';
import { formatBytes, formatCount, formatElapsed, formatRate, formatShare } from './units.js';

const WIDTH = 78;
const COLUMN_TITLE_WIDTH = 20;

/**
 * A finished run as text for a terminal of 80 columns: warnings first, then throughput,
 * latency, histogram, failures and verdict; of a run that measured nothing the verdict
 * first, and no table of zeros. No colours, so that it can be redirected. Ends with a newline.
 */
export function renderRunText(result: RunResult): string {
  const hasFigures = result.latency.count > 0;
  const blocks = [
    bottleneckBanner(result),
    headline(result),
    ...(hasFigures ? [] : [verdict(result)]),
    throughput(result),
    ...latencyBlocks(result),
    histogram(result),
    failures(result),
    disturbance(result),
    generatorLines(result),
    warnings(result),
    expectations(result),
    ...(hasFigures ? [verdict(result)] : []),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function bottleneckBanner(result: RunResult): string[] {
  const sentence = bottleneckSentence(result);
  if (sentence === null) return [];
  const bar = '!'.repeat(WIDTH);
  const lines = [BOTTLENECK_HEADLINE.toUpperCase(), ...wrapWords(sentence, WIDTH - 6)];
  return [bar, ...lines.map((line) => `!! ${line.padEnd(WIDTH - 6)} !!`), bar];
}

function headline(result: RunResult): string[] {
  const model = result.model === 'open' ? 'open load' : 'closed load';
  return [`${result.target}  ${model}, ${formatElapsed(result.durationMs)} measured`];
}

function throughput({ totals }: RunResult): string[] {
  if (totals.requests + totals.notifications === 0) return [];
  const rows = [
    ['Throughput', 'per second', 'in all', 'bytes/s', 'bytes in all'],
    [
      'requests',
      formatRate(totals.requestsPerSecond),
      formatCount(totals.requests),
      `${formatBytes(totals.bytesSentPerSecond)}/s`,
      formatBytes(totals.bytesSent),
    ],
    [
      'replies',
      formatRate(totals.repliesPerSecond),
      formatCount(totals.replies),
      `${formatBytes(totals.bytesReceivedPerSecond)}/s`,
      formatBytes(totals.bytesReceived),
    ],
  ];
  if (totals.notifications > 0) {
    rows.push(['notifications', '', formatCount(totals.notifications), '', '']);
  }
  return unindentTitle(textColumns(rows));
}

/** One table for as many columns as fit; the next columns go into a table below. */
function latencyBlocks(result: RunResult): string[][] {
  if (result.latency.count === 0) return [];
  const blocks: string[][] = [];
  let columns: LatencyColumn[] = [];
  let width = 0;
  for (const column of latencyColumns(result)) {
    const columnWidth = Math.max(9, clip(column.title, COLUMN_TITLE_WIDTH).length) + 2;
    if (columns.length > 0 && width + columnWidth > WIDTH - 12) {
      blocks.push(latencyTable(columns));
      columns = [];
      width = 0;
    }
    columns.push(column);
    width += columnWidth;
  }
  blocks.push(latencyTable(columns));
  return blocks;
}

function latencyTable(columns: readonly LatencyColumn[]): string[] {
  const rows = [
    ['Latency', ...columns.map(({ title }) => clip(title, COLUMN_TITLE_WIDTH))],
    ...LATENCY_STATISTICS.map(([name, label]) => [
      label,
      ...columns.map(({ summary }) => latencyCell(summary, name)),
    ]),
    ['count', ...columns.map(({ summary }) => latencyCell(summary, 'count'))],
  ];
  return unindentTitle(textColumns(rows));
}

function histogram(result: RunResult): string[] {
  const lines = textHistogram(result.latency.histogram, WIDTH);
  return lines.length === 0 ? [] : ['Latency histogram', ...lines];
}

function failures(result: RunResult): string[] {
  const closes = Object.entries(result.closeCodes).map(
    ([code, count]) => [`close code ${code}`, formatCount(count)] as const,
  );
  if (totalFailures(result.failures) === 0 && closes.length === 0) {
    return result.passed ? ['Failures  none'] : [];
  }
  const counted = namedFailures(result.failures)
    .filter(({ count }) => count > 0)
    .map(({ label, count }) => [label, formatCount(count)] as const);
  return ['Failures', ...textColumns([...counted, ...closes])];
}

function disturbance(result: RunResult): string[] {
  if (result.disturbance === null) return [];
  const rows = disturbanceRows(result.disturbance).map(({ label, text }) => [label, text]);
  return ['Disturbing clients (not part of the figures above)', ...textColumns(rows)];
}

function generatorLines({ generator }: RunResult): string[] {
  if (generator.lateness.count === 0) return [];
  const threads = `${generator.threads} ${generator.threads === 1 ? 'thread' : 'threads'}`;
  const late = latencyCell(generator.lateness, 'p99Us');
  const most = latencyCell(generator.lateness, 'maxUs');
  const sentence =
    `Generator  ${threads}, busiest at ${formatShare(generator.cpuShare)} of a core, ` +
    `late by ${late} at p99 (at most ${most})`;
  return hanging(sentence);
}

function warnings({ generator }: RunResult): string[] {
  return generator.warnings.flatMap((warning) => hanging(`warning: ${warning}`));
}

/** A sentence of several lines, those after the first indented. */
function hanging(sentence: string): string[] {
  return wrapWords(sentence, WIDTH - 2).map((line, index) => (index === 0 ? line : `  ${line}`));
}

function expectations(result: RunResult): string[] {
  if (result.expectations.length === 0) return [];
  const rows = result.expectations.map((expectation) => [
    expectation.passed ? 'kept' : 'BROKEN',
    expectation.expression,
    `measured ${measuredText(expectation)}`,
  ]);
  return ['Expectations', ...textColumns(rows, ['left', 'left', 'left'])];
}

function verdict(result: RunResult): string[] {
  if (result.passed) return [];
  const reasons =
    result.failureReasons.length > 0 ? result.failureReasons : ['see the failures above'];
  return ['RUN FAILED', ...reasons.flatMap(hanging).map((line) => `  ${line}`)];
}

/** The title row stands out by beginning at the margin; its columns stay where they are. */
function unindentTitle(lines: string[]): string[] {
  const [title, ...rest] = lines;
  if (title === undefined) return [];
  const trimmed = title.slice(2);
  const gap = trimmed.search(/ {2}\S/);
  return gap < 0 ? lines : [`${trimmed.slice(0, gap)}  ${trimmed.slice(gap)}`, ...rest];
}
