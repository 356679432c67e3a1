import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';
import { passTime } from '../support/pass-time.js';
import { count, idOf } from '../support/received.js';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

describe("a request that is cancelled in MCP's way", () => {
  const CANCEL = '{"method":"notifications/cancelled","params":{"requestId":1}}';

  test('holds up the other answers of its array for a grace only', async (t) => {
    const pass = passTime(t);
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('[{"id":1,"method":"hold"},{"id":2,"method":"m"}]');
    client.say(CANCEL);
    await world.settle();
    world.upstream.say(`{"id":${idOf(world.upstream.received, '"m"')},"result":"other"}`);
    await world.settle();
    pass(5000);
    assert.deepEqual(client.received, ['[{"id":2,"result":"other"}]']);
    client.hangUp();
    await world.settle();
    assert.deepEqual(world.left, NOTHING_LEFT);
  });

  test('before it was sent frees its id a grace after it was', async (t) => {
    const pass = passTime(t);
    let open = (): void => undefined;
    const world = new MultiplexWorld({
      opening: () =>
        new Promise((resolve) => {
          open = resolve;
        }),
    });
    const client = world.connect();
    client.say('{"id":1,"method":"hold"}');
    client.say(CANCEL);
    await world.settle();
    pass(6000);
    open();
    await world.settle();
    assert.equal(world.upstream.received.length, 2);
    pass(6000);
    assert.deepEqual([world.table.count, client.received], [0, []]);
  });

  test('a second time means the request before it with the same id', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('{"id":1,"method":"older"}');
    client.say('{"id":1,"method":"newer"}');
    for (let n = 0; n < 3; n++) client.say(CANCEL);
    await world.settle();
    const { received } = world.upstream;
    assert.deepEqual(
      received.slice(2).map((text) => Number(/"requestId":(\d+)/.exec(text)?.[1])),
      [idOf(received, 'newer'), idOf(received, 'older')],
    );
  });

  test('is not cancelled again when its client leaves', async () => {
    const world = new MultiplexWorld({ profile: 'mcp' });
    const client = world.connect();
    client.say('{"id":1,"method":"hold"}');
    client.say(CANCEL);
    await world.settle();
    client.hangUp();
    await world.settle();
    assert.equal(count(world.upstream.received, 'cancelled'), 1);
    assert.deepEqual(world.left, NOTHING_LEFT);
  });
});
