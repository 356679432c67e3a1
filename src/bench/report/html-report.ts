import type { RunResult } from '../run-result.js';
import { type Chart, renderChart } from './html/chart.js';
import { renderConditions } from './html/conditions.js';
import { histogramChart, percentileChart } from './html/distribution-charts.js';
import { renderFigureTables } from './html/figure-tables.js';
import { embeddableJson, escapeHtml } from './html/markup.js';
import { renderMasthead } from './html/masthead.js';
import { pageCopy } from './html/page-copy.js';
import { PAGE_SCRIPT } from './html/page-script.js';
import { PAGE_STYLE } from './html/page-style.js';
import { serverCharts, timeCharts } from './html/time-charts.js';

/** Forbids every request, whatever a target's name or an error text may smuggle in. */
const CONTENT_SECURITY_POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'";

/**
 * One self-contained page below 500 KB that loads nothing: readable without JavaScript,
 * in light and dark, on a phone and on paper. The result stands in it once more as JSON
 * (script element `result`), and visible figures carry `data-figure` with their path in
 * that JSON and the exact value in `value`.
 */
export function renderHtmlReport(result: RunResult): string {
  const copy = pageCopy(result);
  const shown = copy.result;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${CONTENT_SECURITY_POLICY}">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(shown.target)} - sluice bench</title>
<link rel="icon" href="data:,">
<style>${PAGE_STYLE}</style>
</head>
<body>
<main>
${renderMasthead(shown, copy.notes)}
${chartSection('Over time', timeCharts(copy), 'stack')}
${chartSection('Distribution', [percentileChart(shown), histogramChart(shown)], 'wide-first')}
${chartSection('Server', serverCharts(copy), 'halves')}
<h2>Figures</h2>
${renderFigureTables(shown)}
<h2>How it was measured</h2>
${renderConditions(shown)}
<footer>Written by sluice ${escapeHtml(shown.versions.sluice)}. This page loads nothing and holds its figures as JSON too.</footer>
</main>
<script type="application/json" id="result">${embeddableJson(shown)}</script>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

function chartSection(
  title: string,
  charts: readonly (Chart | null)[],
  layout: 'stack' | 'wide-first' | 'halves',
): string {
  const present = charts.filter((chart) => chart !== null);
  if (present.length === 0) return '';
  return `<h2>${escapeHtml(title)}</h2>\n<div class="charts ${layout}">${present.map(renderChart).join('\n')}</div>`;
}
