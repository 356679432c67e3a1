import type { RunResult } from '../run-result.js';

/** The complete result as indented JSON: what `--json FILE` holds and `compare` reads. */
export function renderJson(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}

/** Several runs (the rounds of `--vs`, say) as one JSON array, which `compare` reads too. */
export function renderRunsJson(results: readonly RunResult[]): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}
