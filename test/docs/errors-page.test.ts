import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { OPERATOR_ERROR_CODES } from '../../src/errors.js';
import { GATEWAY_ERRORS } from '../../src/session/gateway-errors.js';
import { INVALID_REQUEST, PARSE_ERROR, REFUSALS } from '../../workers/kernel/replies.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const page = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8');

/** First cells of the table under a heading, and the second ones. */
function tableOf(heading: string): Map<string, string> {
  const section = page.split(/^## /m).find((text) => text.startsWith(heading))!;
  const cells = section
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  return new Map(cells.map(([, name, next]) => [name!, next!]));
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
  test('describes the codes of the operator, and no others', () => {
    assert.deepEqual([...tableOf('Codes').keys()].sort(), [...OPERATOR_ERROR_CODES].sort());
  });

  test('describes the error replies, with their codes, and no others', () => {
    const replies = [PARSE_ERROR, INVALID_REQUEST, ...REFUSALS, ...Object.values(GATEWAY_ERRORS)];
    const codes = new Map(replies.map(({ code, data }) => [data.reason, String(code)]));
    assert.deepEqual([...tableOf('Error replies')].sort(), [...codes].sort());
    // None is made anywhere else.
    const reasons = new Set(inSources(/\breason: '([a-z_]+)'/g));
    assert.deepEqual([...reasons].sort(), [...codes.keys()].sort());
  });

  test('describes the close codes, and no others', () => {
    const codes = inSources(/const CLOSE_[A-Z_]+ = (\d{4});/g);
    assert.deepEqual([...tableOf('Close codes').keys()].sort(), codes.sort());
  });
});
