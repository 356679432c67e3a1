import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClientLog } from '../../src/frontend/client-log.js';
import type { Logger } from '../../src/log.js';
import { capturedLog } from '../support/captured-log.js';

test('five refusals a second are logged, and the next line says how many were not', (t) => {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const { log, lines } = capturedLog();
  const clients = new ClientLog(log);
  for (let n = 0; n < 19; n++) clients.refused('127.0.0.1', 'why');
  clients.closed({ label: '#1 127.0.0.1' }, 'another');
  nowMs = 1000;
  clients.closed({ label: '#2 127.0.0.2' }, 'later');
  assert.deepEqual(
    lines.map(({ msg, why, address, client, unlogged }) => [msg, why, address ?? client, unlogged]),
    [
      ...Array.from({ length: 5 }, () => ['a connection was refused', 'why', '127.0.0.1', 0]),
      ['a client was closed', 'later', '#2 127.0.0.2', 15],
    ],
  );
});

test('who comes and goes is logged at level debug, and above it nobody asks for a label', () => {
  const { log, lines } = capturedLog();
  const clients = new ClientLog(log);
  let asked = 0;
  const client = {
    get label(): string {
      asked++;
      return '#1 127.0.0.1';
    },
  };
  const comeAndGo = (): void => {
    clients.connected(client);
    clients.disconnected(client, 1000, 'bye');
  };
  comeAndGo();
  assert.deepEqual(
    lines.map(({ level, msg, client: label, code, reason }) => [level, msg, label, code, reason]),
    [
      [20, 'a client has connected', '#1 127.0.0.1', undefined, undefined],
      [20, 'a client has disconnected', '#1 127.0.0.1', 1000, 'bye'],
    ],
  );
  assert.equal(asked, 2);
  log.level = 'info';
  comeAndGo();
  assert.equal(asked, 2);
});

test('a logger of an application that knows no levels hears nothing of who comes and goes', () => {
  const unexpected = (): void => assert.fail('it was told');
  const log = { debug: unexpected, info: unexpected, warn: unexpected, error: unexpected };
  const clients = new ClientLog(log as unknown as Logger);
  clients.connected({ label: '#1 127.0.0.1' });
  clients.disconnected({ label: '#1 127.0.0.1' }, 1000, '');
});
