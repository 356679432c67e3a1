import { resolve } from 'node:path';
import { usageError } from '../../errors.js';
import { checkWritable } from '../report/check-writable.js';
import type { ReportPaths } from '../report/write-reports.js';
import type { BenchArguments } from './option-table.js';

const FLAG_OF = { json: 'json', csv: 'csv', hgrm: 'hgrm', html: 'report' } as const;

/**
 * Where reports go. A path that cannot be written is refused now: at the end of the run
 * its figures would be lost. @throws SluiceError SLUICE_ERR_REPORT_UNWRITABLE, SLUICE_ERR_USAGE
 */
export function readReportPaths(flags: BenchArguments): ReportPaths {
  const paths: Record<string, string> = {};
  const flagOf = new Map<string, string>();
  for (const [kind, flag] of Object.entries(FLAG_OF)) {
    const path = flags.one(flag);
    if (path === null) continue;
    const other = flagOf.get(resolve(path));
    if (other !== undefined) throw usageError(`--${other} and --${flag} name the same file`);
    flagOf.set(resolve(path), flag);
    checkWritable(`--${flag}`, path);
    paths[kind] = path;
  }
  return paths;
}
