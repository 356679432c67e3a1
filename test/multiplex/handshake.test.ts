import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { receivedMethods, sharedGateway } from '../support/shared-gateway.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"i","method":"initialize","params":{"protocolVersion":"1"}}';

test('the first initialize goes through; later clients get its result with their own ids', async (t) => {
  const gateway = await sharedGateway(t);
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  first.send(INITIALIZE);
  const { result } = await first.next();
  first.notify('notifications/initialized');
  second.send(INITIALIZE.replace('"i"', '1.50'));
  assert.match(await second.nextFrame(), /"id":1\.50,/);
  second.notify('notifications/initialized');
  second.send(INITIALIZE.replace('"i"', '"again"'));
  const again = await second.next();
  assert.deepEqual([again.id, again.result], ['again', result]);
  assert.deepEqual(await receivedMethods(second), ['initialize', 'notifications/initialized']);
});

test('an initialize that comes before the first is answered waits for that answer', async (t) => {
  const gateway = await sharedGateway(t);
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  first.send('{"id":1,"method":"initialize","params":{"slow":true}}');
  await first.request('echo');
  second.send('{"id":"two","method":"initialize","params":{}}');
  await second.request('echo');
  second.notify('release');
  assert.deepEqual((await first.next()).result, { slow: true });
  const { id, result } = await second.next();
  assert.deepEqual([id, result], ['two', { slow: true }]);
});

test('a first initialize that fails leaves the next client to try', async (t) => {
  const gateway = await sharedGateway(t, ['--env', 'REFUSE_INITIALIZE=1']);
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  first.send(INITIALIZE);
  assert.equal((await first.next()).error?.code, -1);
  second.send(INITIALIZE);
  assert.equal((await second.next()).error, undefined);
});

test('the first client may leave before its initialize is answered', async (t) => {
  const gateway = await sharedGateway(t);
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  first.send('{"id":1,"method":"initialize","params":{"slow":true}}');
  await first.request('echo');
  second.send('{"id":2,"method":"initialize","params":{}}');
  await second.request('echo');
  first.socket.close();
  await first.close();
  second.notify('release');
  assert.deepEqual((await second.next()).result, { slow: true });
  const methods = await receivedMethods(second);
  assert.equal(methods.filter((method) => method === 'initialize').length, 1);
});

test('--handshake names other methods, or none', async (t) => {
  for (const [args, expected] of [
    [['--handshake', 'hello'], 1],
    [['--handshake', 'none'], 2],
  ] as const) {
    const gateway = await sharedGateway(t, [...args]);
    for (const word of ['a', 'b']) {
      const client = await JsonRpcSocket.open(t, gateway.url);
      const { result } = await client.request('hello', word);
      assert.equal(result, expected === 1 ? 'a' : word);
      const methods = await receivedMethods(client);
      if (word === 'b') assert.equal(methods.filter((m) => m === 'hello').length, expected);
    }
  }
});

test('shutdown and exit of one client end that client and not the process', async (t) => {
  const gateway = await sharedGateway(t);
  const leaving = await JsonRpcSocket.open(t, gateway.url);
  const staying = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await leaving.request('shutdown')).result, null);
  leaving.notify('exit');
  assert.equal((await leaving.close()).code, 1000);
  assert.deepEqual(await receivedMethods(staying), []);
});

test('a client that leaves has its requests cancelled as the profile says', async (t) => {
  for (const [profile, method] of [
    ['mcp', 'notifications/cancelled'],
    ['lsp', '$/cancelRequest'],
    ['codex', null],
    ['plain', null],
  ] as const) {
    const gateway = await sharedGateway(t, ['--profile', profile]);
    const leaving = await JsonRpcSocket.open(t, gateway.url);
    const staying = await JsonRpcSocket.open(t, gateway.url);
    leaving.send('{"id":1,"method":"hold","params":[]}');
    await leaving.request('echo');
    leaving.socket.close();
    await leaving.close();
    let methods = await receivedMethods(staying);
    // The close is seen by the gateway after the client has seen its own end.
    for (let n = 0; n < 50 && method !== null && !methods.includes(method); n++) {
      methods = await receivedMethods(staying);
    }
    assert.deepEqual(methods, method === null ? ['hold', 'echo'] : ['hold', 'echo', method]);
    staying.notify('release');
    assert.equal((await staying.request('echo', 'only mine')).result, 'only mine');
  }
});

test('a process that dies: requests are answered, clients stay, the handshake is replayed', async (t) => {
  const gateway = await sharedGateway(t);
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  for (const client of [first, second]) {
    client.send(INITIALIZE);
    await client.next();
    client.notify('notifications/initialized');
  }
  second.send('{"id":"held","method":"hold"}');
  await second.request('echo');
  first.send('{"id":"x","method":"exit-now","params":{"code":3}}');
  for (const [client, id] of [
    [first, 'x'],
    [second, 'held'],
  ] as const) {
    const answer = await client.next();
    assert.deepEqual(
      [answer.id, answer.error?.code, answer.error?.data],
      [id, -32000, { reason: 'upstream_exited', code: 3, signal: null }],
    );
  }
  // Sent while it is down: it waits, behind the handshake.
  assert.equal((await second.request('echo', 'after')).result, 'after');
  assert.deepEqual(await receivedMethods(second), [
    'initialize',
    'notifications/initialized',
    'echo',
  ]);
});

test('a process that never stays up closes its clients with 1011', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--max-restarts', '2'],
    command: fixture('recording-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (let n = 0; n < 3; n++) {
    client.send(`{"id":${n},"method":"exit-now","params":{"code":4}}`);
    assert.equal((await client.next()).error?.code, -32000);
  }
  const { code, reason } = await client.close();
  assert.deepEqual([code, reason], [1011, 'the server exited with code 4']);
  const next = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await next.request('echo', 'anew')).result, 'anew');
});
