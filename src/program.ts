import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { SluiceError } from './errors.js';

/**
 * Finds the program of a command as execvp does, so that a missing one is an error at the
 * start and not at the first client. @throws SluiceError SLUICE_ERR_PROGRAM
 */
export function findProgram(name: string, path: string, cwd: string): string {
  if (!isFolder(cwd)) {
    throw new SluiceError(
      'SLUICE_ERR_PROGRAM',
      `cannot start "${name}" in ${cwd}: ${existsSync(cwd) ? 'it is no folder' : 'there is no such folder'}; check --cwd`,
    );
  }
  const candidates = name.includes('/')
    ? [resolve(cwd, name)]
    : path.split(delimiter).map((folder) => join(resolve(cwd, folder), name));
  const found = candidates.find(isExecutable);
  if (found !== undefined) return found;
  throw new SluiceError(
    'SLUICE_ERR_PROGRAM',
    `cannot start "${name}": ${whyNot(name, candidates)}`,
  );
}

function whyNot(name: string, candidates: readonly string[]): string {
  const there = candidates.find((file) => existsSync(file) && !isFolder(file));
  if (there !== undefined) return `${there} may not be executed; chmod +x it`;
  if (!name.includes('/')) return 'it is not in PATH; check the command after --';
  const what = isFolder(candidates[0]!) ? 'it is a folder' : 'there is no such file';
  return `${what}; check the command after --`;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
