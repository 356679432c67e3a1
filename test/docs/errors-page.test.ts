import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OPERATOR_ERROR_CODES } from '../../src/errors.js';
import { INVALID_REQUEST, PARSE_ERROR, REFUSALS } from '../../workers/kernel/replies.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.replace(/ +/g, ' '));

function rowOf(name: string): string | undefined {
  return rows.find((row) => row.startsWith(`| \`${name}\` |`) || row.startsWith(`| ${name} |`));
}

/** Everything that `pattern` finds in the sources: its first group, each once. */
function inSources(pattern: RegExp): string[] {
  const found = new Set<string>();
  for (const folder of ['src', 'workers']) {
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const text = readFileSync(join(ROOT, folder, file), 'utf8');
      for (const match of text.matchAll(pattern)) found.add(match[1]!);
    }
  }
  return [...found];
}

describe('docs/errors.md', () => {
  test('describes every code of the operator', () => {
    for (const code of OPERATOR_ERROR_CODES) assert.ok(rowOf(code), code);
    for (const code of inSources(/'(SLUICE_ERR_[A-Z_]+)'/g)) assert.ok(rowOf(code), code);
  });

  test('describes every error reply of the kernel, with its code', () => {
    for (const { code, data } of [PARSE_ERROR, INVALID_REQUEST, ...REFUSALS]) {
      assert.ok(rowOf(data.reason)?.includes(`| ${code} |`), data.reason);
    }
  });

  test('describes every reason that an error reply can have', () => {
    const reasons = inSources(/data: \{ reason: '([a-z_]+)'/g).concat(
      inSources(/^\s+data: \{\s+reason: '([a-z_]+)'/gm),
    );
    assert.ok(reasons.includes('receive_buffer_full'));
    for (const reason of reasons) assert.ok(rowOf(reason), reason);
  });

  test('describes every close code', () => {
    const codes = inSources(/const CLOSE_[A-Z_]+ = (\d{4});/g);
    assert.ok(codes.includes('1013'));
    for (const code of codes) assert.ok(rowOf(code), code);
  });
});
