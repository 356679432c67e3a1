import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A test, or `{ after }` of node:test for a suite or a whole file. */
export interface HasAfter {
  after(fn: () => void | Promise<void>): void;
}

/** A new folder, removed at the end of what it is for. */
export function temporaryFolder(t: HasAfter): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
