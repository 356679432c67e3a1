import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { SharedGateway, seenBy, seenWith } from '../support/shared-gateway.js';

function initialize(client: JsonRpcSocket, id: string, params: object = {}): void {
  client.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'initialize', params }));
}

test('the first initialize goes through; later ones get its result with their own ids', async (t) => {
  const gateway = await SharedGateway.start(t);
  for (const id of ['"first"', '1.0', '"a very long id that no slot of the store has room for"']) {
    const client = await gateway.connect();
    client.send(`{"jsonrpc":"2.0","id":${id},"method":"initialize"}`);
    const expected = `{"jsonrpc":"2.0","id":${id},"result":{"initializations":1}}`;
    assert.equal(await client.nextFrame(), expected);
    client.notify('initialized');
    client.notify('notifications/initialized');
  }
  const client = await gateway.connect();
  assert.equal((await seenWith(client, 'initialize"')).length, 1);
  assert.equal((await seenWith(client, 'initialized"')).length, 1);
});

test('an initialize that comes before the first is answered waits for that answer', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [first, second, third] = await Promise.all([
    gateway.connect(),
    gateway.connect(),
    gateway.connect(),
  ]);
  initialize(first, 'a', { hold: true });
  await seenBy(first);
  initialize(second, 'b');
  // In an array too.
  third.send('[{"id":"c","method":"initialize"},{"id":"d","method":"m","params":4}]');
  assert.equal((await seenWith(second, 'initialize"')).length, 1);
  await third.request('m');
  first.notify('release');
  const result = { initializations: 1 };
  assert.deepEqual(await first.next(), { jsonrpc: '2.0', id: 'a', result });
  assert.deepEqual(await second.next(), { jsonrpc: '2.0', id: 'b', result });
  const answers = (await third.next()) as unknown as { id: string }[];
  assert.deepEqual(answers.map(({ id }) => id).sort(), ['c', 'd']);
});

test('when the first gets an error, the next one tries', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
  initialize(first, 'a', { fail: true });
  assert.equal((await first.next()).error?.code, 1);
  initialize(second, 'b');
  assert.deepEqual((await second.next()).result, { initializations: 2 });
  initialize(first, 'c');
  assert.deepEqual((await first.next()).result, { initializations: 2 });
});

test('a first client that leaves, or cancels, takes the handshake from nobody', async (t) => {
  for (const how of ['leaves', 'cancels']) {
    const gateway = await SharedGateway.start(t, '--profile', 'mcp');
    const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
    initialize(first, 'a', { hold: true });
    await seenBy(first);
    initialize(second, 'b');
    await seenBy(second);
    if (how === 'leaves') {
      first.socket.close();
      await first.close();
    } else {
      first.notify('notifications/cancelled', { requestId: 'a' });
      await first.request('m');
    }
    second.notify('release');
    assert.deepEqual((await second.next()).result, { initializations: 1 });
    assert.deepEqual(await seenWith(second, 'ancel'), []);
  }
});

test('shutdown and exit end the client and not the server', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [leaver, other] = [await gateway.connectLsp(), await gateway.connectLsp()];
  assert.equal((await leaver.request('shutdown')).result, null);
  leaver.notify('shutdown');
  leaver.notify('exit');
  assert.deepEqual(await leaver.close(), { code: 1000, reason: 'exit' });
  assert.deepEqual(await seenWith(other, '"exit"'), []);
  assert.deepEqual(await seenWith(other, '"shutdown"'), []);
  const strange = await gateway.connectLsp();
  assert.equal((await strange.request('exit')).result, null);
  assert.equal((await strange.close()).code, 1000);
});

test('--handshake none lets everything through', async (t) => {
  const gateway = await SharedGateway.start(t, '--handshake', 'none');
  const [first, second] = [await gateway.connectLsp(), await gateway.connectLsp()];
  assert.equal((await seenWith(first, 'initialized')).length, 2);
  await second.request('shutdown');
  assert.equal((await seenWith(first, 'shutdown')).length, 1);
});

test('--handshake names other methods', async (t) => {
  const gateway = await SharedGateway.start(t, '--handshake', 'hello', '--handshake', 'more');
  const clients = await Promise.all([gateway.connect(), gateway.connect()]);
  for (const client of clients) {
    assert.deepEqual((await client.request('hello', 'first')).result, 'first');
    assert.deepEqual((await client.request('more', 'second')).result, 'second');
    assert.ok((await client.request('initialize')).result !== undefined);
  }
  assert.equal((await seenWith(clients[0], '"hello"')).length, 1);
  assert.equal((await seenWith(clients[0], '"initialize"')).length, 2);
});
