import type { RunResult, TimelinePoint } from '../run-result.js';

const COLUMNS = [
  'second',
  'requestsPerSecond',
  'repliesPerSecond',
  'bytesPerSecond',
  'p50Us',
  'p99Us',
  'maxUs',
  'errors',
  'inFlight',
  'serverMemoryBytes',
  'serverCpuShare',
] as const satisfies readonly (keyof TimelinePoint)[];

/**
 * The run over time as CSV (RFC 4180): a header line, then one line for each point of
 * the timeline. What was not measured is an empty field. Column names are those of the
 * JSON, units in the name.
 */
export function renderCsv(result: RunResult): string {
  const lines = [COLUMNS.join(',')];
  for (const point of result.timeline) {
    lines.push(COLUMNS.map((column) => String(point[column] ?? '')).join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}
