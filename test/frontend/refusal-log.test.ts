import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalLog } from '../../src/frontend/refusal-log.js';
import { capturedLog } from '../support/captured-log.js';

test('five refusals a second are logged, and the next line says how many were not', (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const { log, lines } = capturedLog();
  const refusals = new RefusalLog(log);
  for (let n = 0; n < 19; n++) refusals.refused('127.0.0.1', 'why');
  refusals.closed('127.0.0.1', 'another');
  nowMs = 1000;
  refusals.closed('127.0.0.2', 'later');
  assert.deepEqual(
    lines.map(({ msg, why, address, unlogged }) => [msg, why, address, unlogged]),
    [
      ...Array.from({ length: 5 }, () => ['a connection was refused', 'why', '127.0.0.1', 0]),
      ['a client was closed', 'later', '127.0.0.2', 15],
    ],
  );
});
