import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MultiplexWorld } from '../support/multiplex-world.js';
import { count } from '../support/received.js';

test('a cancel with an id is answered as what it is not, and cancels nothing', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"id":1,"method":"hold"}');
  client.say('{"id":2,"method":"notifications/cancelled","params":{"requestId":1}}');
  await world.settle();
  const { id, error } = JSON.parse(client.received[0]!) as { id: number; error: object };
  assert.equal(id, 2);
  assert.deepEqual(error, {
    code: -32600,
    message: 'Invalid Request',
    data: { reason: 'invalid_message', detail: 'a cancel is a notification and has no id' },
  });
  assert.equal(count(world.upstream.received, 'cancelled'), 0);
});

describe('a request that its client has cancelled', () => {
  for (const [cancel, waits] of [
    ['{"method":"notifications/cancelled","params":{"requestId":1}}', false],
    ['{"method":"$/cancelRequest","params":{"id":1}}', true],
  ] as const) {
    test(`${waits ? 'is' : 'is not'} waited for, where the cancel is ${cancel}`, async () => {
      const world = new MultiplexWorld();
      const client = world.connect();
      client.say('{"id":1,"method":"hold"}');
      client.say(cancel);
      await world.settle();
      const [session] = world.server.sessions;
      assert.equal(session!.quiet, !waits);
      session!.clientEnded(false);
      assert.equal(client.closed?.code, waits ? undefined : 1000);
    });
  }

  test('is waited for where the rest of an array waits for it', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('[{"id":1,"method":"hold"},{"id":2,"method":"m"}]');
    client.say('{"method":"notifications/cancelled","params":{"requestId":1}}');
    await world.settle();
    const [session] = world.server.sessions;
    assert.equal(session!.quiet, false);
  });
});

test('clients are told that a server is gone that waits for their answers, or shows its progress', async () => {
  const world = new MultiplexWorld({ profile: 'lsp' });
  const client = world.connect();
  const token = '{"token":"t"}';
  world.upstream.say('{"id":"q","method":"window/showMessageRequest"}');
  world.upstream.say(`{"id":"c","method":"window/workDoneProgress/create","params":${token}}`);
  await world.settle();
  client.say('{"id":2,"result":null}');
  await world.settle();
  const before = client.received.length;
  world.upstream.exit(1);
  await world.settle();
  assert.deepEqual(client.received.slice(before), [
    '{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":1}}',
    '{"jsonrpc":"2.0","method":"$/progress","params":{"token":"t","value":{"kind":"end"}}}',
  ]);
});
