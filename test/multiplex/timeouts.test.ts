import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

describe('requests that time out together', () => {
  test('are given up once, though telling of the first ends their client', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    for (let id = 0; id < 3; id++) client.say(`{"id":${id},"method":"hold"}`);
    await world.settle();
    client.heldBackBytes = 10 * 1024 * 1024;
    const [session] = world.server.sessions;
    for (const { id } of world.table.overdue(0)) session!.timeOut(id);
    assert.equal(client.closed?.code, 1013);
    assert.deepEqual(world.left, NOTHING_LEFT);
  });
});
