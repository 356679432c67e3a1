import { readFileSync } from 'node:fs';
import { usageError } from '../../errors.js';
import { fileErrorReason } from '../../file-error-reason.js';
import { inexactNumber } from './exact-numbers.js';

/** A file's text. @throws SluiceError SLUICE_ERR_USAGE where it cannot be read */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`${what}: cannot read ${path}: ${fileErrorReason(error)}`);
  }
}

/**
 * Parses JSON. @throws SluiceError SLUICE_ERR_USAGE where it is none, or holds a number that would
 * be changed
 */
export function readJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw usageError(`${what} is not JSON: ${(error as Error).message}`);
  }
  const inexact = inexactNumber(text);
  if (inexact === null) return value;
  throw usageError(`${what}: the number ${inexact} cannot be kept exactly; write a string`);
}

/** `JSON` or `@FILE` with JSON in it. @throws SluiceError SLUICE_ERR_USAGE */
export function readJsonArgument(text: string, what: string): unknown {
  if (!text.startsWith('@')) return readJson(text, what);
  return readJson(readText(text.slice(1), what), `${what}: ${text.slice(1)}`);
}
