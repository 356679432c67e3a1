import type { RunResult } from '../run-result.js';
export function renderHtmlReport(result: RunResult): string {
  return `<!doctype html>${result.schema}`;
}
