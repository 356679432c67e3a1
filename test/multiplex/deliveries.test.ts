import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { MultiplexWorld } from '../support/multiplex-world.js';
import { idOf } from '../support/received.js';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

describe('what a batch has for a client', () => {
  for (const serverFirst of [true, false]) {
    const order = serverFirst ? 'answer before the end' : 'end before the answer';
    test(`reaches it though its input ends in the same batch, ${order}`, async () => {
      const world = new MultiplexWorld();
      const client = world.connect();
      client.say('{"id":1,"method":"work","params":{"_meta":{"progressToken":"mine"}}}');
      await world.settle();
      const { upstream } = world;
      const id = idOf(upstream.received, '"work"');
      const progress = (token: string): string =>
        `{"method":"notifications/progress","params":{"progressToken":"${token}","progress":1}}`;
      const answer = (): void => {
        upstream.say(progress(`sluice-${id}`));
        upstream.say(`{"id":${id},"result":"done"}`);
      };
      if (serverFirst) answer();
      client.say('{"method":"last"}');
      client.session!.clientEnded(false);
      if (!serverFirst) answer();
      await world.settle();
      assert.deepEqual(client.received, [progress('mine'), '{"id":1,"result":"done"}']);
      assert.equal(client.closed?.code, 1000);
      assert.equal(upstream.received.at(-1), '{"method":"last"}');
    });
  }

  test('may end it before a broken answer of its, which counts as nobody’s then', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('{"id":1,"method":"work"}');
    await world.settle();
    const { upstream } = world;
    client.heldBackBytes = 2 * 1024 * 1024;
    upstream.say('{"method":"note"}');
    upstream.say(`{"id":${idOf(upstream.received, '"work"')}}`);
    await world.settle();
    assert.equal(client.closed?.code, 1013);
    assert.equal(world.table.count, 0);
  });
});
