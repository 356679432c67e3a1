import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { SharedGateway, seenBy, seenWith } from '../support/shared-gateway.js';

test('when the process dies, what is in flight is answered and its clients stay', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [first, second] = [await gateway.connectMcp(), await gateway.connectMcp()];
  const before = (await first.request('process')).result;
  for (const client of [first, second]) client.send('{"id":"é","method":"hold"}');
  await seenBy(first);
  await seenBy(second);
  second.notify('die');
  for (const client of [first, second]) {
    const { id, error } = await client.next();
    assert.equal(id, 'é');
    assert.equal(error?.code, -32000);
    assert.deepEqual(error.data, { reason: 'upstream_exited', code: null, signal: 'SIGKILL' });
  }
  // The next one has been told the handshake, before anything else, and nothing twice.
  const after = (await first.request('process')).result;
  assert.notEqual(after, before);
  const seen = await seenBy(second);
  assert.match(seen[0]!, /"method":"initialize"/);
  assert.match(seen[1]!, /"method":"notifications\/initialized"/);
  assert.deepEqual(
    seen.filter((line) => /hold|die/.test(line)),
    [],
  );
  assert.equal(seen.filter((line) => line.includes('initialize"')).length, 1);
});

test('an exit code is told too', async (t) => {
  const gateway = await SharedGateway.start(t);
  const client = await gateway.connect();
  const { error } = await client.request('quit', { code: 7 });
  assert.deepEqual(error?.data, { reason: 'upstream_exited', code: 7, signal: null });
});

test('an answer that is too big is named as the reason', async (t) => {
  const gateway = await SharedGateway.start(t, '--max-payload', '64KiB');
  const [client, other] = [await gateway.connect(), await gateway.connect()];
  const { error } = await client.request('big', { bytes: 65_536 });
  assert.equal(error?.data?.reason, 'upstream_exited');
  assert.equal(error.data.detail, 'the server sent a message above 65536 bytes');
  // The next end has a reason of its own.
  const again = await other.request('quit', { code: 7 });
  assert.deepEqual(again.error?.data, { reason: 'upstream_exited', code: 7, signal: null });
});

test('requests that come while it is down wait, and each is delivered once, in order', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [client, dying] = [await gateway.connectMcp(), await gateway.connectMcp()];
  dying.notify('die');
  await gateway.process.logged('its end', ({ delayMs }) => delayMs === 100);
  client.send('{"id":"x","method":"hold","params":{"_meta":{"progressToken":9}}}');
  client.notify('note', 1);
  client.send('{"id":"y","method":"m","params":2}');
  client.send('{"id":"z","method":"initialize"}');
  assert.equal((await client.next()).id, 'z');
  assert.equal((await client.next()).id, 'y');
  client.notify('release');
  assert.equal((await client.next()).id, 'x');
  const [hold, note] = [await seenWith(client, '"hold"'), await seenWith(client, '"note"')];
  assert.deepEqual([hold.length, note.length], [1, 1]);
});

test('a process that does not stay up is started again less and less often, then clients are closed', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--max-restarts', '3'],
    command: ['/bin/sh', '-c', 'exit 3'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const { code, reason } = await client.close();
  assert.deepEqual([code, reason], [1011, 'the server exited with code 3']);
  const delays = gateway.logs.flatMap(({ delayMs }) => (delayMs === undefined ? [] : [delayMs]));
  assert.deepEqual(delays, [100, 200, 400]);
  // The next client is another try.
  assert.equal((await (await JsonRpcSocket.open(t, gateway.url)).close()).code, 1011);
});

test('the last answers of a process are delivered before its clients are closed', async (t) => {
  const gateway = await SharedGateway.start(t, '--max-restarts', '0');
  const [client, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  client.send('{"id":1,"method":"hold","params":"kept"}');
  await seenBy(client);
  client.notify('release');
  client.notify('quit', { code: 0 });
  assert.equal((await client.next()).result, 'kept');
  assert.equal((await client.close()).code, 1011);
  assert.equal((await other.close()).code, 1011);
});

test('a process that refuses the replayed handshake is started again', async (t) => {
  const command = fixture('refuses-second-start');
  const gateway = await GatewayProcess.start(t, { args: ['--mode', 'shared'], command });
  const client = await JsonRpcSocket.open(t, gateway.url);
  assert.deepEqual((await client.request('initialize')).result, 'taken');
  client.notify('die');
  await gateway.logged('its end', ({ delayMs }) => delayMs === 100);
  assert.equal((await client.request('m')).result, 'after a refusal');
});

test('a first client that leaves while the server is down leaves the handshake to others', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
  second.notify('die');
  await gateway.process.logged('its end', ({ delayMs }) => delayMs === 100);
  first.send('{"id":1,"method":"initialize","params":{"by":"first"}}');
  second.send('{"id":1,"method":"initialize","params":{"by":"second"}}');
  first.socket.close();
  await first.close();
  assert.equal((await second.next()).id, 1);
  assert.equal((await seenWith(second, 'initialize"')).length, 1);
});
