import { accessSync, constants, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileErrorReason } from '../../file-error-reason.js';
import { reportUnwritable } from './write-reports.js';

/**
 * Refuses a path that cannot be written, before what is to be written there has been measured.
 * `option`: what named it. @throws SluiceError SLUICE_ERR_REPORT_UNWRITABLE
 */
export function checkWritable(option: string, path: string): void {
  const refuse = (why: string): never => {
    throw reportUnwritable(option, path, why);
  };
  const found = statSync(path, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) refuse('it is a folder');
  try {
    accessSync(found === undefined ? dirname(path) : path, constants.W_OK);
  } catch (error) {
    refuse(fileErrorReason(error));
  }
}
