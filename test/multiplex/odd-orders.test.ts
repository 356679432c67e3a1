import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MultiplexWorld } from '../support/multiplex-world.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"1"}}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** The id with which the server was sent the `nth` message with this text in it. */
function idOf(received: readonly string[], text: string, nth = 0): number {
  const message = received.filter((one) => one.includes(text))[nth] ?? '';
  return Number(/"id":(\d+)/.exec(message)?.[1]);
}

/** The process answers the initialize that it was sent. */
function answerInitialize(world: MultiplexWorld): void {
  const { upstream } = world;
  upstream.say(`{"id":${idOf(upstream.received, '"initialize"')},"result":{"kept":1}}`);
}

describe('notifications/initialized', () => {
  test('that comes while the process is down is told to the next one once, behind initialize', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say(INITIALIZE);
    await world.settle();
    answerInitialize(world);
    await world.settle();
    world.upstream.exit(1);
    client.say('{"method":"before"}');
    client.say(INITIALIZED);
    await world.settle();
    t.mock.timers.tick(100);
    answerInitialize(world);
    await world.settle();
    const methods = world.upstream.received.map((text) => /"method":"([^"]+)"/.exec(text)?.[1]);
    assert.deepEqual(methods, ['initialize', 'notifications/initialized', 'before']);
  });
});
