import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientLog } from '../../src/frontend/client-log.js';
import { capturedLog } from '../support/captured-log.js';

test('five refusals a second are logged, and the next line says how many were not', (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const { log, lines } = capturedLog();
  const clients = new ClientLog(log);
  for (let n = 0; n < 19; n++) clients.refused('127.0.0.1', 'why');
  clients.closed('127.0.0.1', 'another');
  nowMs = 1000;
  clients.closed('127.0.0.2', 'later');
  assert.deepEqual(
    lines.map(({ msg, why, address, unlogged }) => [msg, why, address, unlogged]),
    [
      ...Array.from({ length: 5 }, () => ['a connection was refused', 'why', '127.0.0.1', 0]),
      ['a client was closed', 'later', '127.0.0.2', 15],
    ],
  );
});
