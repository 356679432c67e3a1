import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';

const DEBUG = ['--log-level', 'debug'];

test('clients from one address are told apart in the log, from their connection to their end', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: DEBUG, command: ['/bin/cat'] });
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  first.socket.close(4000, 'first');
  await gateway.logged('its end', ({ code, client }) => code === 4000 && client !== undefined);
  second.socket.close(4001, 'second');
  await gateway.logged('its end', ({ code, client }) => code === 4001 && client !== undefined);
  const about = gateway.logs.filter(({ msg = '' }) => /^a client has (dis)?connected$/.test(msg));
  assert.deepEqual(
    about.map(({ level, msg, client, code, reason }) => [level, msg, client, code, reason]),
    [
      [20, 'a client has connected', '#1 127.0.0.1', undefined, undefined],
      [20, 'a client has connected', '#2 127.0.0.1', undefined, undefined],
      [20, 'a client has disconnected', '#1 127.0.0.1', 4000, 'first'],
      [20, 'a client has disconnected', '#2 127.0.0.1', 4001, 'second'],
    ],
  );
  for (const client of ['#1 127.0.0.1', '#2 127.0.0.1']) {
    await gateway.logged(
      'the exit of its process',
      (line) => line['client'] === client && line.msg === 'the process has exited',
    );
  }
});

test('a client that is closed for what it sent has its number in the line that says so', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: ['--max-payload', '1KiB'] });
  await JsonRpcSocket.open(t, gateway.url);
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('x'.repeat(1025));
  const line = await gateway.logged('its end', ({ msg }) => msg === 'a client was closed');
  assert.deepEqual([line['client'], line['why']], ['#2 127.0.0.1', 'message above 1024 bytes']);
  await client.close();
  assert.deepEqual(
    gateway.logs.filter(({ msg = '' }) => /connected$/.test(msg)),
    [],
  );
});

test('the stdio client has a number, too', async (t) => {
  const gateway = GatewayProcess.overStdio(t, { args: DEBUG, command: ['/bin/cat'] });
  gateway.process.stdin.end();
  await gateway.ended();
  const about = gateway.logs.filter(({ msg = '' }) => /connected$/.test(msg));
  assert.deepEqual(
    about.map(({ level, msg, client, code }) => [level, msg, client, code]),
    [
      [20, 'a client has connected', '#1 stdio', undefined],
      [20, 'a client has disconnected', '#1 stdio', 1000],
    ],
  );
});
