import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { clientsWithinDescriptors } from '../../src/frontend/descriptor-room.js';
import { CLI } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { within } from '../support/until.js';

test('some descriptors are for no client, and a client takes as many as it needs', () => {
  assert.equal(clientsWithinDescriptors(1, 1064), 1000);
  assert.equal(clientsWithinDescriptors(4, 1067), 250);
  assert.equal(clientsWithinDescriptors(4, 10), 1);
  assert.equal(clientsWithinDescriptors(1, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
});

test('a gateway with few descriptors refuses clients before it has none left', async (t) => {
  const serve = `${process.execPath} ${CLI} serve --listen ws://127.0.0.1:0`;
  const gateway = spawn('/bin/sh', ['-c', `ulimit -n 100; exec ${serve}`]);
  t.after(() => gateway.kill('SIGKILL'));
  let log = '';
  gateway.stderr.on('data', (chunk: Buffer) => {
    log += chunk.toString();
  });
  const [line] = (await within('the URL', once(gateway.stdout, 'data'))) as [Buffer];
  const url = line.toString().trim();
  assert.match(log, /descriptors are the limit of clients.*"maxConnections":36/);
  const clients: JsonRpcSocket[] = [];
  for (let i = 0; i < 36; i++) clients.push(await JsonRpcSocket.open(t, url));
  // More of them than there are descriptors left.
  const refused = Array.from({ length: 80 }, () => refusedUpgrade(url));
  const answers = await within('the refusals', Promise.all(refused), 8000);
  assert.deepEqual(new Set(answers), new Set(['503']));
  assert.equal((await clients[35]!.request('anything', 'last')).result, 'last');
});

/** The status of a refused upgrade, once the gateway has closed the connection by itself. */
async function refusedUpgrade(url: string): Promise<string> {
  const { port } = new URL(url);
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.write(
    `GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n',
  );
  let answer = '';
  for await (const chunk of socket) answer += String(chunk);
  socket.destroy();
  return answer.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3);
}
