import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLogLine } from '../../src/session/log-lines.js';

test('what a server logs differs from a message in its members', () => {
  const isLog = (text: string): boolean => isLogLine(Buffer.from(text));
  assert.equal(isLog('{"level":30,"id":7,"method":"m","msg":"called"}'), true);
  assert.equal(isLog('{"id":7,"time":1}'), true);
  for (const message of [
    '{"id":7}',
    '{"id":7,"method":"m","params":{"level":30}}',
    '{"jsonrpc":"2.0","id":7,"trace":1}',
    '[]',
    '7',
    'null',
  ]) {
    assert.equal(isLog(message), false, message);
  }
});
