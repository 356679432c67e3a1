import { fileURLToPath } from 'node:url';

/** The command that runs a program of test/fixtures. */
export function fixture(name: string, ...args: string[]): string[] {
  return [process.execPath, fixtureFile(name), ...args];
}

/** The built file of a program or worker of test/fixtures. */
export function fixtureFile(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}.js`, import.meta.url));
}
