import type { FindMaxResult } from '../find-max-result.js';
import { type RunResult, SCHEMA_VERSION } from '../run-result.js';
import type { VersusSummary } from './versus.js';

/** The complete result as indented JSON: what `--json FILE` holds and `compare` reads. */
export function renderJson(result: RunResult): string {
  return indented(result);
}

/** `--json` of `--find-max`: the answer, and the run behind each step. */
export function renderFindMaxJson(found: FindMaxResult): string {
  return indented({
    schema: 'sluice-bench-find-max',
    schemaVersion: SCHEMA_VERSION,
    ...found,
  });
}

/** `--json` of `--vs`: the comparison, and the runs of both targets in their order. */
export function renderVersusJson(
  summary: VersusSummary,
  runs: { readonly a: readonly RunResult[]; readonly b: readonly RunResult[] },
): string {
  return indented({
    schema: 'sluice-bench-versus',
    schemaVersion: SCHEMA_VERSION,
    summary,
    runs,
  });
}

function indented(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
