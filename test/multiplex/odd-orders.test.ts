import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"1"}}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

/** The id with which the server was sent the `nth` message with this text in it. */
function idOf(received: readonly string[], text: string, nth = 0): number {
  const message = received.filter((one) => one.includes(text))[nth] ?? '';
  return Number(/"id":(\d+)/.exec(message)?.[1]);
}

function count(received: readonly string[], text: string): number {
  return received.filter((one) => one.includes(text)).length;
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

describe('a client that leaves with the first initialize in flight', () => {
  test('spoils no handshake of the next process', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
    const world = new MultiplexWorld({ idleTimeoutMs: 100 });
    const first = world.connect();
    first.say(INITIALIZE);
    await world.settle();
    const retired = world.upstream;
    retired.stop = () => Promise.resolve();
    first.hangUp();
    t.mock.timers.tick(100);
    assert.ok(retired.inputClosed);
    const next = [world.connect(), world.connect()];
    for (const client of next) client.say(INITIALIZE);
    await world.settle();
    retired.exit(0);
    await world.settle();
    assert.equal(count(world.upstream.received, '"initialize"'), 1);
    answerInitialize(world);
    await world.settle();
    for (const client of next) {
      assert.equal(count(client.received, '"kept"'), 1);
      client.hangUp();
    }
    await world.settle();
    assert.deepEqual(world.left, NOTHING_LEFT);
  });
});
