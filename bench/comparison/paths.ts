import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder; the benchmarks run from dist/bench/. */
export const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
export const BENCH = join(ROOT, 'bench');
export const SLUICE = join(ROOT, 'dist/src/cli/main.js');
/** The peers that are ours, built. */
export const BUILT_PEERS = join(ROOT, 'dist/bench/peers');
export const PEERS_RESULT = join(BENCH, 'results/peers.json');

/** Where the shell would find a program; null where it would not. */
export function findProgram(name: string): string | null {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    const path = join(folder, name);
    try {
      accessSync(path, constants.X_OK);
      return path;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
