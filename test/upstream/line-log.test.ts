import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { pino } from 'pino';
import { STDERR_LINE_BYTES, STDERR_LOGS_PER_SECOND } from '../../src/limits.js';
import { logLines } from '../../src/upstream/line-log.js';

/** What is logged of a server's stderr that comes in these chunks. */
async function logged(...chunks: readonly (string | Buffer)[]): Promise<unknown[]> {
  const lines: unknown[] = [];
  const write = (line: string): void => {
    const entry = JSON.parse(line) as { stderr: string; cutBytes?: number; lines?: number };
    const { stderr, cutBytes, lines: unlogged } = entry;
    if (unlogged !== undefined) lines.push(unlogged);
    else lines.push(cutBytes === undefined ? stderr : [stderr.length, cutBytes]);
  };
  const stderr = new PassThrough();
  logLines(stderr, pino({}, { write }));
  for (const chunk of chunks) stderr.write(chunk);
  stderr.end();
  await once(stderr, 'end');
  return lines;
}

describe("a server's stderr", () => {
  test('is logged by line, wherever it was cut, without blank lines', async () => {
    assert.deepEqual(await logged('one\ntw', 'o\r\n\n  \nthr', 'ee'), ['one', 'two', 'three']);
  });

  test('keeps a character whole that comes in two chunks', async () => {
    const bytes = Buffer.from('größe\n');
    assert.deepEqual(await logged(bytes.subarray(0, 3), bytes.subarray(3)), ['größe']);
  });

  test('has long lines cut, and says by how much', async () => {
    const long = 'x'.repeat(STDERR_LINE_BYTES);
    assert.deepEqual(await logged(long, 'yy', 'y\nnext\n'), [[STDERR_LINE_BYTES, 3], 'next']);
    assert.deepEqual(await logged(`${long}\n`), [long]);
  });

  test('is logged at a limited rate, and what is left out is counted', async (t) => {
    t.mock.method(performance, 'now', () => 0);
    const flood = Array.from({ length: STDERR_LOGS_PER_SECOND + 7 }, (_, i) => `line ${i}`);
    const lines = await logged(`${flood.join('\n')}\n`);
    assert.deepEqual(lines, [...flood.slice(0, STDERR_LOGS_PER_SECOND), 7]);
  });
});
