import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { selfSigned } from '../support/self-signed.js';

test('wss:// serves with a certificate, many messages and large ones', async (t) => {
  const { certFile, keyFile, certificate } = selfSigned(t);
  const gateway = await GatewayProcess.start(t, {
    args: ['--listen', 'wss://127.0.0.1:0', '--tls-cert', certFile, '--tls-key', keyFile],
    command: fixture('scripted-server'),
  });
  assert.match(gateway.url, /^wss:\/\/127\.0\.0\.1:\d+$/);
  const client = await JsonRpcSocket.open(t, gateway.url, { ca: certificate });
  for (let n = 0; n < 2000; n++) client.send(`{"id":"n${n}","method":"m","params":${n}}`);
  for (let n = 0; n < 2000; n++) assert.equal((await client.next()).result, n);
  const large = 'x'.repeat(3_000_000);
  assert.equal((await client.request('m', { large })).error, undefined);
  client.notify('exit', { code: 3 });
  assert.deepEqual(await client.close(), { code: 1011, reason: 'the server exited with code 3' });
});

test('a wss:// gateway is a server for another gateway that trusts its certificate', async (t) => {
  const { certFile, keyFile } = selfSigned(t);
  const behind = await GatewayProcess.start(t, {
    args: ['--listen', 'wss://127.0.0.1:0', '--tls-cert', certFile, '--tls-key', keyFile],
  });
  const trusting = await GatewayProcess.start(t, {
    args: ['--upstream', behind.url],
    env: { NODE_EXTRA_CA_CERTS: certFile },
  });
  const client = await JsonRpcSocket.open(t, trusting.url);
  assert.equal((await client.request('m', 'through')).result, 'through');
  const distrusting = await GatewayProcess.start(t, { args: ['--upstream', behind.url] });
  const { code, reason } = await (await JsonRpcSocket.open(t, distrusting.url)).close();
  assert.equal(code, 1011);
  assert.match(reason, /self-signed certificate/);
});
