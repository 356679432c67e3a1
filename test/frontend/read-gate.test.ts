import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { residentBytes } from '../support/process-table.js';
import { selfSigned } from '../support/self-signed.js';
import { until } from '../support/until.js';

const MEBIBYTE = 1024 * 1024;
const REQUESTS = 60_000;
const PADDING = 'x'.repeat(1000);

test('a client that sends fifteen receive buffers of requests before it reads has none refused', async (t) => {
  const gateway = await GatewayProcess.start(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (let n = 0; n < REQUESTS; n++) {
    client.send(`{"jsonrpc":"2.0","id":${n},"method":"m","params":"${PADDING}"}`);
  }
  for (let n = 0; n < REQUESTS; n++) {
    const { id, result } = await client.next();
    assert.equal(id, n);
    assert.equal(result, PADDING);
  }
});

test('large messages that follow each other at once are all answered, in order', async (t) => {
  const gateway = await GatewayProcess.start(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const large = 'x'.repeat(3 * MEBIBYTE);
  for (let n = 0; n < 12; n++) {
    client.send(`{"id":"large ${n}","method":"m","params":"${large}"}`);
    client.send(`{"id":"small ${n}","method":"m","params":${n}}`);
  }
  for (let n = 0; n < 12; n++) {
    const reply = await client.next();
    assert.deepEqual([reply.id, String(reply.result).length], [`large ${n}`, large.length]);
    assert.deepEqual((await client.next()).id, `small ${n}`);
  }
});

test('clients whose large messages wait for each other have none refused, and what follows neither', async (t) => {
  const gateway = await GatewayProcess.start(t);
  const large = 'x'.repeat(8 * MEBIBYTE);
  const exchange = async (): Promise<void> => {
    const client = await JsonRpcSocket.open(t, gateway.url);
    for (let n = 0; n < 2; n++) client.notify('large', large);
    client.notify('small', 0);
    assert.equal((await client.request('m', 'after them')).result, 'after them');
  };
  await Promise.all(Array.from({ length: 12 }, exchange));
});

test('a client on wss:// has none refused either', async (t) => {
  const { certFile, keyFile, certificate } = selfSigned(t);
  const gateway = await GatewayProcess.start(t, {
    args: ['--listen', 'wss://127.0.0.1:0', '--tls-cert', certFile, '--tls-key', keyFile],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url, { ca: certificate });
  for (let n = 0; n < REQUESTS; n++) client.notify('m', PADDING);
  assert.equal((await client.request('m', 'after all of them')).result, 'after all of them');
});

test('clients on wss:// that send on while answers wait for them are not cut off', async (t) => {
  const { certFile, keyFile, certificate } = selfSigned(t);
  const gateway = await GatewayProcess.start(t, {
    args: ['--listen', 'wss://127.0.0.1:0', '--tls-cert', certFile, '--tls-key', keyFile],
  });
  const bytes = (n: number): number => (n % 7 === 0 ? (n * 7919) % 200_000 : (n * 7919) % 3000);
  const exchange = async (): Promise<void> => {
    const client = await JsonRpcSocket.open(t, gateway.url, { ca: certificate });
    let sent = 0;
    for (let n = 0; n < 1500; n++) {
      for (; sent < n + 400 && sent < 1500; sent++) {
        client.send(`{"id":${sent},"method":"m","params":"${'x'.repeat(bytes(sent))}"}`);
      }
      const reply = await client.next();
      assert.deepEqual([reply.id, String(reply.result).length], [n, bytes(n)]);
    }
  };
  for (let round = 0; round < 3; round++) await Promise.all([exchange(), exchange(), exchange()]);
});

test('a client that is not read is still told that the gateway stops', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const before = residentBytes(gateway.pid);
  await client.request('stop-reading');
  let sent = 0;
  await until('the client is pushed back', () => {
    if (client.socket.bufferedAmount > MEBIBYTE) return true;
    for (let n = 0; n < 2000; n++)
      client.send(`{"id":${sent++},"method":"m","params":"${PADDING}"}`);
    return false;
  });
  assert.ok(sent * PADDING.length > MEBIBYTE, String(sent));
  assert.ok(residentBytes(gateway.pid) - before < 40 * MEBIBYTE);
  gateway.process.kill('SIGTERM');
  assert.equal((await client.close()).code, 1001);
});
