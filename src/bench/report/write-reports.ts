import { writeFileSync } from 'node:fs';
import { SluiceError } from '../../errors.js';
import { fileErrorReason } from '../../file-error-reason.js';
import type { RunResult } from '../run-result.js';
import { renderCsv } from './csv.js';
import { renderHgrm } from './hgrm.js';
import { renderHtmlReport } from './html-report.js';
import { renderJson } from './json.js';

/** Where each kind of report goes; a kind without a path is not written. */
export interface ReportPaths {
  readonly json?: string;
  readonly csv?: string;
  readonly hgrm?: string;
  readonly html?: string;
}

/**
 * Writes the reports that were asked for, each over what was there. @throws SluiceError
 * (SLUICE_ERR_REPORT_UNWRITABLE) with one line that names the option and the path; the
 * other files have been written by then, because the run that they hold is over and
 * cannot be had again.
 */
export function writeReports(result: RunResult, paths: ReportPaths): void {
  const failures: SluiceError[] = [];
  const write = (option: string, path: string | undefined, render: () => string): void => {
    if (path === undefined) return;
    try {
      writeText(option, path, render());
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      failures.push(error);
    }
  };
  write('--json', paths.json, () => renderJson(result));
  write('--csv', paths.csv, () => renderCsv(result));
  write('--hgrm', paths.hgrm, () => renderHgrm(result));
  write('--report', paths.html, () => renderHtmlReport(result));
  if (failures.length > 0) {
    throw new SluiceError(
      'SLUICE_ERR_REPORT_UNWRITABLE',
      failures.map(({ message }) => message).join('; '),
    );
  }
}

/** Writes the JSON of a question that takes several runs. Errors as in writeReports. */
export function writeAnswer(json: string, path: string | undefined): void {
  if (path !== undefined) writeText('--json', path, json);
}

function writeText(option: string, path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw reportUnwritable(option, path, fileErrorReason(error));
  }
}

/** That a report cannot be written, found before the run or after it: the same code either way. */
export function reportUnwritable(option: string, path: string, why: string): SluiceError {
  return new SluiceError(
    'SLUICE_ERR_REPORT_UNWRITABLE',
    `${option} ${path}: cannot write the file: ${why}`,
  );
}
