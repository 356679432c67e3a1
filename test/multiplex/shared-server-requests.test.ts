import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_SERVER_ARRAY_ELEMENTS } from '../../src/limits.js';
import type { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { SharedGateway, seenWith } from '../support/shared-gateway.js';

/** Has the server ask a question on behalf of `client`, which waits for what comes of it. */
function ask(client: JsonRpcSocket, id: string): void {
  client.send(JSON.stringify({ jsonrpc: '2.0', id, method: 'ask', params: { id } }));
}

test('a request of the server goes to the client whose request is in flight, and only it may answer', async (t) => {
  const gateway = await SharedGateway.start(t, '--log-level', 'debug');
  const [oldest, asker] = [await gateway.connectMcp(), await gateway.connectMcp()];
  ask(asker, 'a');
  const question = await asker.next();
  assert.deepEqual([question.method, question.params], ['question', { id: 'a' }]);
  assert.equal(typeof question.id, 'number');
  const answer = JSON.stringify({ jsonrpc: '2.0', id: question.id, result: 'mine' });
  oldest.send(answer.replace('mine', 'forged'));
  oldest.send(answer.replace('mine', 'forged').replace(/"id":\d+/, '"id":"q"'));
  await oldest.request('m');
  asker.send(answer);
  assert.deepEqual((await asker.next()).result, { result: 'mine' });
  // Once is enough.
  asker.send(answer.replace('mine', 'again'));
  assert.deepEqual(await seenWith(asker, 'forged'), []);
  assert.deepEqual(await seenWith(asker, 'again'), []);
  assert.equal((await seenWith(asker, '"mine"')).length, 1);
});

test('when several have requests in flight, or with --server-requests oldest, the oldest client is asked', async (t) => {
  for (const args of [[], ['--server-requests', 'oldest']]) {
    const gateway = await SharedGateway.start(t, ...args);
    const [oldest, asker] = [await gateway.connectMcp(), await gateway.connectMcp()];
    if (args.length === 0) {
      oldest.send('{"id":"h","method":"hold"}');
      await seenWith(oldest, '"hold"');
    }
    ask(asker, 'a');
    const { id, method } = await oldest.next();
    assert.equal(method, 'question');
    oldest.send(JSON.stringify({ id, error: { code: 7, message: 'no' } }));
    assert.deepEqual((await asker.next()).result, { error: { code: 7, message: 'no' } });
  }
});

test('a client that has cancelled its request is not asked on behalf of another one', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [oldest, asker] = [await gateway.connectMcp(), await gateway.connectMcp()];
  oldest.send('{"id":"h","method":"hold"}');
  oldest.send('{"method":"notifications/cancelled","params":{"requestId":"h"}}');
  await seenWith(oldest, '"notifications/cancelled"');
  ask(asker, 'a');
  const { id, method } = await asker.next();
  assert.equal(method, 'question');
  asker.send(JSON.stringify({ id, result: 1 }));
  assert.deepEqual((await asker.next()).result, { result: 1 });
});

test('with --server-requests refuse the server gets an error', async (t) => {
  const gateway = await SharedGateway.start(t, '--server-requests', 'refuse');
  const client = await gateway.connectMcp();
  ask(client, 'a');
  const { error } = (await client.next()).result as { error: { code: number; data: object } };
  assert.deepEqual([error.code, error.data], [-32000, { reason: 'refused' }]);
});

test('if the client that was asked leaves, the server gets an error', async (t) => {
  const gateway = await SharedGateway.start(t, '--server-requests', 'oldest');
  const [oldest, asker] = [await gateway.connectMcp(), await gateway.connectMcp()];
  ask(asker, 'a');
  await oldest.next();
  oldest.socket.close();
  const { error } = (await asker.next()).result as { error: { code: number; data: object } };
  assert.deepEqual([error.code, error.data], [-32000, { reason: 'client_gone' }]);
});

test('a cancel of the server reaches the client with the id that it was asked with', async (t) => {
  const gateway = await SharedGateway.start(t);
  const client = await gateway.connectMcp();
  ask(client, 'a');
  const { id } = await client.next();
  await client.request('tell', { method: 'notifications/cancelled', params: { requestId: 'q' } });
  assert.deepEqual((await client.next()).params, { requestId: id });
});

test('notifications of the server go to all, or as --notification says', async (t) => {
  const gateway = await SharedGateway.start(
    t,
    ...['--notification', 'some/method=oldest', '--notification', 'no/method=none'],
  );
  const [oldest, other] = [await gateway.connectMcp(), await gateway.connectMcp()];
  const ungreeted = await gateway.connect();
  for (const method of ['no/method', 'some/method', 'any/method']) {
    await ungreeted.request('tell', { method, params: { x: 1 } });
  }
  assert.equal((await oldest.next()).method, 'some/method');
  assert.equal((await oldest.next()).method, 'any/method');
  assert.equal((await other.next()).method, 'any/method');
  // One that takes no part in the handshake is not spoken to.
  assert.equal((await ungreeted.request('m', 1)).result, 1);
});

test('an array of a server that is too long to be taken apart loses nobody an answer for ever', async (t) => {
  const text = `[${'{"method":"n"},'.repeat(MAX_SERVER_ARRAY_ELEMENTS)}{"method":"n"}]`;
  const alone = await SharedGateway.start(t, '--mode', 'session');
  const client = await alone.connect();
  client.notify('print', { text });
  assert.deepEqual(await client.close(), {
    code: 1009,
    reason: `the server sent an array of ${MAX_SERVER_ARRAY_ELEMENTS + 1} messages`,
  });
  const shared = await SharedGateway.start(t, '--mode', 'shared');
  const [waiting, other] = [await shared.connect(), await shared.connect()];
  const held = waiting.request('hold');
  await waiting.request('seen');
  other.notify('print', { text });
  assert.equal((await held).error?.data?.reason, 'upstream_exited');
  assert.equal((await waiting.request('big', { bytes: 1 })).result, 'x');
});

test('an array of a server is taken apart', async (t) => {
  for (const mode of ['shared', 'session']) {
    const gateway = await SharedGateway.start(t, '--mode', mode);
    const client = await gateway.connect();
    client.notify('print', { text: '[{"method":"one"},{"method":"two"},7]' });
    assert.equal(await client.nextFrame(), '{"method":"one"}');
    assert.equal(await client.nextFrame(), '{"method":"two"}');
  }
});
