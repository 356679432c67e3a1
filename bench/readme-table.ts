import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Comparison, comparisonTable } from './peers/comparison-table.js';

/**
 * Writes the table of the last `npm run bench:peers` into the README, between its markers.
 *
 *     npm run bench:readme
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const START = '<!-- bench:peers -->';
const END = '<!-- /bench:peers -->';

interface Report {
  readonly measuredAt: string;
  readonly machine: { readonly cpuModel: string; readonly cpuCount: number };
  readonly rounds: number;
  readonly comparisons: readonly Comparison[];
}

const report = JSON.parse(readFileSync(`${ROOT}bench/results/peers.json`, 'utf8')) as Report;
const { machine, measuredAt, rounds } = report;
const caption =
  `${measuredAt.slice(0, 10)}, ${machine.cpuModel}, ${machine.cpuCount} cores, generator on the ` +
  `same machine, medians of ${rounds} rounds:`;
const readme = readFileSync(`${ROOT}README.md`, 'utf8');
const start = readme.indexOf(START) + START.length;
const end = readme.indexOf(END);
if (start < START.length || end < start) throw new Error(`README.md lacks ${START} and ${END}`);
const table = `\n${caption}\n\n${comparisonTable(report.comparisons)}\n`;
writeFileSync(`${ROOT}README.md`, readme.slice(0, start) + table + readme.slice(end));
