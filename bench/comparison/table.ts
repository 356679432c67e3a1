import { MAX_CPU_SHARE } from '../../src/bench/bench-limits.js';
import { textColumns } from '../../src/bench/report/text-columns.js';
import { formatCount, formatLatency } from '../../src/bench/report/units.js';
import { median } from '../../src/bench/statistics/median.js';
import type { Sample } from './measure.js';
import type { ComparisonResult, Ratio, Series } from './result.js';
import { verdict } from './verdict.js';

/** A group's table: what was measured, then the ratios with their bars. */
interface Table {
  readonly title: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The tables of a result, one for each group that has something to show. */
function tables(result: ComparisonResult): readonly Table[] {
  return result.groups.flatMap(({ name, title }) => {
    const series = result.series.filter((one) => one.group === name);
    if (series.length === 0) return [];
    const ratios = result.ratios.filter((one) => one.group === name);
    const sizes = [...new Set(series.map(({ shape }) => shape.bytes))].sort((a, b) => a - b);
    const unit = name === 'round-trip' ? 'median' : 'replies/s';
    return [
      {
        title,
        header: [unit, ...sizes.map(sizeName)],
        rows: [
          ...rowsBy(series, seriesName, sizes, ({ shape }) => shape.bytes, figureCell),
          ...rowsBy(
            ratios,
            ({ label }) => label,
            sizes,
            ({ bytes }) => bytes,
            ratioCell,
          ),
        ],
      },
    ];
  });
}

/** For a terminal. */
export function renderText(result: ComparisonResult): string {
  const lines: string[] = [];
  for (const { title, header, rows } of tables(result)) {
    lines.push(title, ...textColumns([header, ...rows]), '');
  }
  const judged = result.ratios.filter(({ met }) => met !== null);
  const met = judged.filter((ratio) => ratio.met === true).length;
  lines.push(`${met} of ${judged.length} bars are met.`);
  for (const note of footnotes(result)) lines.push(note);
  for (const { contender, why } of result.leftOut) lines.push(`Left out: ${contender}: ${why}.`);
  for (const failure of failures(result)) lines.push(failure);
  return `${lines.join('\n')}\n`;
}

/** For the README: the same tables, and what they were measured on. */
export function renderMarkdown(result: ComparisonResult): string {
  const { machine, versions } = result;
  const lines: string[] = [];
  for (const { title, header, rows } of tables(result)) {
    lines.push(`**${title}**`, '', markdownRow(header));
    lines.push(markdownRow(header.map((_, k) => (k === 0 ? '---' : '---:'))));
    lines.push(...rows.map(markdownRow), '');
  }
  const notes = footnotes(result);
  if (notes.length > 0) lines.push(...notes.map((note) => `\\${note}`), '');
  const others = Object.entries(versions).filter(([name]) => !['sluice', 'node'].includes(name));
  lines.push(
    `Measured on ${result.measuredAt.slice(0, 10)} with \`npm run bench:peers${result.isQuick ? ' -- --quick' : ''}\`: ` +
      `${machine.cpuCount} cores (${machine.cpuModel}), Node ${versions['node']!.slice(1)}, load ` +
      'generator on the same machine, servers in turn within each round, medians of the rounds; a ' +
      `ratio is the median of the rounds' ratios. Peers: ${others.map(([name, version]) => `${name} ${version}`).join(', ')}.`,
  );
  for (const { contender, why } of result.leftOut) lines.push(`Left out: ${contender} (${why}).`);
  for (const failure of failures(result)) lines.push(failure);
  return `${lines.join('\n')}\n`;
}

function markdownRow(cells: readonly string[]): string {
  return `| ${cells.join(' | ').replaceAll('*', '\\*')} |`;
}

function rowsBy<T>(
  items: readonly T[],
  name: (item: T) => string,
  sizes: readonly number[],
  size: (item: T) => number,
  cell: (item: T) => string,
): string[][] {
  return [...new Set(items.map(name))].map((label) => [
    label,
    ...sizes.map((bytes) => {
      const found = items.find((item) => name(item) === label && size(item) === bytes);
      return found === undefined ? '' : cell(found);
    }),
  ]);
}

/** Where a contender meets loads of several widths, they are told apart. */
function seriesName({ group, contender, shape }: Series): string {
  return group.startsWith('many') ? `${contender}, ${shape.connections} clients` : contender;
}

function figureCell(series: Series): string {
  const good = series.rounds.filter((one): one is Sample => one !== null && one.failure === null);
  if (good.length === 0) return 'failed';
  if (series.group === 'round-trip') return formatLatency(median(good.map((one) => one.p50Us)));
  const figure = formatCount(median(good.map((one) => one.perSecond)));
  return isGeneratorBound(series) ? `${figure}*` : figure;
}

/** The generator had nothing left to give: the server could have done more. */
function isGeneratorBound({ group, rounds }: Series): boolean {
  const shares = rounds.flatMap((one) => (one === null ? [] : [one.generatorShare]));
  return group !== 'round-trip' && shares.length > 0 && median(shares) > MAX_CPU_SHARE;
}

/** What has to be known of figures with a mark; nothing where there are none. */
function footnotes({ series }: ComparisonResult): string[] {
  if (!series.some(isGeneratorBound)) return [];
  const share = `${MAX_CPU_SHARE * 100} %`;
  return [
    `* The load generator was busy for more than ${share} of a core: the server can do more, and a ratio to it may be smaller.`,
  ];
}

function ratioCell({ ratio, bar, met }: Ratio): string {
  if (ratio === null) return met === false ? 'failed (not met)' : '-';
  const figure = ratio.toFixed(2);
  if (bar === null) return figure;
  const wanted = 'atLeast' in bar ? `>= ${bar.atLeast}` : `<= ${bar.atMost}`;
  return `${figure} (${wanted}: ${verdict(met === true)})`;
}

function failures({ series }: ComparisonResult): string[] {
  return series.flatMap(({ contender, shape, rounds }) => {
    const failed = rounds.find((one) => one != null && one.failure !== null);
    if (failed == null) return [];
    const load = `${sizeName(shape.bytes)}, ${shape.connections} clients, ${shape.depth} deep`;
    return [`Failed: ${contender} (${load}): ${failed.failure!}.`];
  });
}

function sizeName(bytes: number): string {
  return bytes < 1_000 ? `${bytes} B` : `${bytes / 1_000} KB`;
}
