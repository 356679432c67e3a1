import { escapeHtml } from './markup.js';
import type { Tick } from './scale.js';

/** A line, a filled line, or bars, with its readings in the order of the chart's rows. */
export interface ChartSeries {
  readonly name: string;
  /** Colour and dash of the line; the style sheet knows what they look like. */
  readonly style: 'one' | 'two' | 'three' | 'quiet';
  readonly shape: 'line' | 'area' | 'bars';
  /** 0 at the bottom to 1 at the top; null where nothing was measured: the line is broken there. */
  readonly heights: readonly (number | null)[];
  /** The readings as text, for the table and the read-out. */
  readonly texts: readonly string[];
}

/** One chart, already scaled: drawing knows nothing about benchmarks. */
export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  readonly title: string;
  /** One line under the title. */
  readonly note?: string;
  /** What the chart shows, in a sentence for those who do not see it. */
  readonly summary: string;
  /** Charts of one group share their x axis and show their cursors together. */
  readonly group?: string;
  readonly xLabel: string;
  readonly xTicks: readonly Tick[];
  readonly yLabel: string;
  readonly yTicks: readonly Tick[];
  /** One for each row: 0 to 1 along the x axis, and what the row is called. */
  readonly positions: readonly number[];
  readonly headers: readonly string[];
  readonly series: readonly ChartSeries[];
  /** Readings that stand in the table and the read-out but are not drawn. */
  readonly extras?: readonly { readonly name: string; readonly texts: readonly string[] }[];
}

/** Drawing units in each direction; the picture is stretched to its box, its lines are not. */
const UNITS = 1000;

/**
 * A figure with a title, a legend, the drawing, and a table with the same readings. The
 * axis labels are HTML beside the stretched SVG, so that text has one size on every screen.
 */
export function renderChart(chart: Chart): string {
  const { id, title, note, group } = chart;
  const noteMarkup = note === undefined ? '' : `<p>${escapeHtml(note)}</p>`;
  const groupMarkup = group === undefined ? '' : ` data-group="${escapeHtml(group)}"`;
  return `<figure class="chart" id="${id}"${groupMarkup}>
<figcaption><h3>${escapeHtml(title)}</h3>${noteMarkup}${legend(chart)}</figcaption>
<div class="plot">
<span class="y-label" aria-hidden="true">${escapeHtml(chart.yLabel)}</span>
<div class="y-axis" aria-hidden="true">${axis(chart.yTicks, ({ at }) => `bottom:${percent(at)}`)}</div>
<div class="field">${drawing(chart)}<div class="cursor" hidden></div><output class="readout" hidden></output></div>
<div class="x-axis" aria-hidden="true">${axis(chart.xTicks, beneath)}</div>
<span class="x-label" aria-hidden="true">${escapeHtml(chart.xLabel)}</span>
</div>
${table(chart)}
</figure>`;
}

function legend({ series }: Chart): string {
  const items = series.map(
    ({ name, style, shape }) =>
      `<li><i class="key ${shape} ${style}" aria-hidden="true"></i>${escapeHtml(name)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}

function axis(ticks: readonly Tick[], place: (tick: Tick) => string): string {
  const label = (tick: Tick) =>
    `<span${tick.minor === true ? ' class="minor"' : ''} style="${place(tick)}">${escapeHtml(tick.text)}</span>`;
  return ticks.map(label).join('');
}

/**
 * Centred under its tick, except that no label may run past the end of the axis: there the card
 * ends.
 */
function beneath({ at, text }: Tick): string {
  if (at < 0.75) return `left:${percent(at)}`;
  return `left:min(${percent(at)},100% - ${text.length / 2}ch)`;
}

function drawing(chart: Chart): string {
  const rows = chart.yTicks
    .map(({ at }) => `<path class="grid" d="M0 ${y(at)}H${UNITS}"/>`)
    .join('');
  const columns = chart.xTicks
    .map(({ at }) => `<path class="grid faint" d="M${x(at)} 0V${UNITS}"/>`)
    .join('');
  // What is only for comparison lies beneath what the chart is about.
  const order = (series: ChartSeries) => (series.style === 'quiet' ? 0 : 1);
  const shapes = [...chart.series]
    .sort((one, other) => order(one) - order(other))
    .map((series) => shapeOf(series, chart))
    .join('');
  return `<svg viewBox="0 0 ${UNITS} ${UNITS}" preserveAspectRatio="none" role="img" aria-label="${escapeHtml(chart.summary)}">${columns}${rows}${shapes}</svg>`;
}

function shapeOf(series: ChartSeries, { positions }: Chart): string {
  if (series.shape === 'bars') return bars(series, positions);
  const corners = unbroken(series.heights).map((run) => {
    return run.map((row) => ({ at: positions[row]!, height: series.heights[row] ?? 0 }));
  });
  const line = corners
    .map((points) => `M${points.map(corner).join('L')}${points.length === 1 ? 'h0' : ''}`)
    .join('');
  const fill = corners
    .filter((points) => series.shape === 'area' && points.length > 1)
    .map((points) => {
      const [from, to] = [x(points[0]!.at), x(points.at(-1)!.at)];
      return `M${from} ${UNITS}L${points.map(corner).join('L')}L${to} ${UNITS}Z`;
    })
    .join('');
  const fillMarkup = fill === '' ? '' : `<path class="fill ${series.style}" d="${fill}"/>`;
  return `${fillMarkup}<path class="line ${series.style}" d="${line}"/>`;
}

function corner({ at, height }: { readonly at: number; readonly height: number }): string {
  return `${x(at)} ${y(height)}`;
}

function bars(series: ChartSeries, positions: readonly number[]): string {
  const pitch =
    positions.length > 1 ? (positions.at(-1)! - positions[0]!) / (positions.length - 1) : 0.1;
  const width = pitch * 0.78;
  const path = series.heights.map((height, row) => {
    if (height === null || height === 0) return '';
    const left = Math.max(0, positions[row]! - width / 2);
    const right = Math.min(1, positions[row]! + width / 2);
    return `M${x(left)} ${UNITS}V${y(height)}H${x(right)}V${UNITS}Z`;
  });
  return `<path class="bar ${series.style}" d="${path.join('')}"/>`;
}

/** Indices of readings without a gap between them. */
function unbroken(heights: readonly (number | null)[]): number[][] {
  const runs: number[][] = [];
  let open: number[] | null = null;
  heights.forEach((height, row) => {
    if (height === null) {
      open = null;
    } else if (open === null) {
      open = [row];
      runs.push(open);
    } else {
      open.push(row);
    }
  });
  return runs;
}

function table(chart: Chart): string {
  const { series, extras = [], headers, positions } = chart;
  const head = [
    `<th scope="col">${escapeHtml(chart.xLabel)}</th>`,
    ...series.map(
      ({ name, style, shape }) =>
        `<th scope="col" data-key="${shape} ${style}">${escapeHtml(name)}</th>`,
    ),
    ...extras.map(({ name }) => `<th scope="col">${escapeHtml(name)}</th>`),
  ];
  const rows = headers.map((header, row) => {
    const cells = [...series, ...extras].map(({ texts }) => `<td>${escapeHtml(texts[row]!)}</td>`);
    const heights = series.map(({ heights: all }) => fraction(all[row] ?? null)).join(' ');
    const place = `data-x="${fraction(positions[row]!)}" data-y="${heights}"`;
    return `<tr ${place}><th scope="row">${escapeHtml(header)}</th>${cells.join('')}</tr>`;
  });
  const label = `${chart.title}, figures`;
  return `<details><summary>Figures as a table</summary><div class="scroll" role="region" aria-label="${escapeHtml(label)}" tabindex="0"><table><thead><tr>${head.join('')}</tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

/** Four digits place a dot to a tenth of a pixel on a wide screen. */
function fraction(share: number | null): string {
  return share === null ? '-' : String(Number(share.toFixed(4)));
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`;
}

function x(share: number): number {
  return Number((share * UNITS).toFixed(1));
}

function y(share: number): number {
  return Number(((1 - share) * UNITS).toFixed(1));
}
