import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { test } from 'node:test';
import { clientsWithinDescriptors } from '../../src/frontend/descriptor-room.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { within } from '../support/until.js';

test('some descriptors are for no client, and a client takes as many as it needs', () => {
  assert.equal(clientsWithinDescriptors(1, 1064), 1000);
  assert.equal(clientsWithinDescriptors(4, 1067), 250);
  assert.equal(clientsWithinDescriptors(4, 10), 1);
  assert.equal(clientsWithinDescriptors(1, Number.POSITIVE_INFINITY), Number.POSITIVE_INFINITY);
});

test('a gateway with few descriptors refuses clients before it has none left', async (t) => {
  const gateway = await GatewayProcess.start(t, { descriptors: 100 });
  const { url } = gateway;
  const warning = await gateway.logged('the limit', ({ msg }) => /descriptors/.test(msg ?? ''));
  assert.equal(warning['maxConnections'], 36);
  assert.match(warning.msg!, /for all 10000: ulimit -n \d+$/);
  const clients: JsonRpcSocket[] = [];
  for (let i = 0; i < 36; i++) clients.push(await JsonRpcSocket.open(t, url));
  // More of them than there are descriptors left.
  const refused = Array.from({ length: 80 }, () => refusedUpgrade(url));
  // Before uWebSockets.js itself would close a connection that says nothing (10 s).
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
