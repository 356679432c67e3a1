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
 * JSON, units in the name. The last column says on each line whether the generator was
 * the bottleneck of the run: a table is passed on without the text that stood beside it.
 */
export function renderCsv(result: RunResult): string {
  const lines = [[...COLUMNS, 'generatorWasBottleneck'].join(',')];
  for (const point of result.timeline) {
    const fields = COLUMNS.map((column) => String(point[column] ?? ''));
    lines.push([...fields, String(result.generator.wasBottleneck)].join(','));
  }
  return `${lines.join('\r\n')}\r\n`;
}
