import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';
import { count, idOf } from '../support/received.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"1"}}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

describe('notifications/initialized', () => {
  test('that comes while the process is down is told to the next one once, behind initialize', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say(INITIALIZE);
    await world.settle();
    world.answerInitialize();
    await world.settle();
    world.upstream.exit(1);
    client.say('{"method":"before"}');
    client.say(INITIALIZED);
    await world.settle();
    mock.timers.tick(100);
    world.answerInitialize();
    await world.settle();
    const methods = world.upstream.received.map((text) => /"method":"([^"]+)"/.exec(text)?.[1]);
    assert.deepEqual(methods, ['initialize', 'notifications/initialized', 'before']);
  });
});

describe('a client whose handshake is answered with that of another', () => {
  for (const inputEnds of [false, true]) {
    const how = inputEnds ? ', though its input has ended' : '';
    test(`gets what the server said before it first${how}`, async () => {
      const world = new MultiplexWorld();
      const [first, second] = [world.connect(), world.connect()];
      first.say(INITIALIZE);
      await world.settle();
      second.say(INITIALIZE);
      second.say('{"id":"before","method":"ping"}');
      if (inputEnds) second.session?.clientEnded(false);
      await world.settle();
      const { upstream } = world;
      // Both are in one batch.
      upstream.say(`{"id":${idOf(upstream.received, '"ping"')},"result":"pong"}`);
      upstream.say(`{"id":${idOf(upstream.received, '"initialize"')},"result":{"kept":1}}`);
      await world.settle();
      assert.deepEqual(second.received, [
        '{"id":"before","result":"pong"}',
        '{"id":"init","result":{"kept":1}}',
      ]);
      assert.equal(second.closed !== null, inputEnds);
    });
  }
});

describe('a client that leaves with the first initialize in flight', () => {
  test('spoils no handshake of the next process', async () => {
    const world = new MultiplexWorld({ idleTimeoutMs: 100 });
    const first = world.connect();
    first.say(INITIALIZE);
    await world.settle();
    const retired = world.upstream;
    retired.stop = () => Promise.resolve();
    first.hangUp();
    mock.timers.tick(100);
    assert.ok(retired.inputClosed);
    const next = [world.connect(), world.connect()];
    for (const client of next) client.say(INITIALIZE);
    await world.settle();
    retired.exit(0);
    await world.settle();
    assert.equal(count(world.upstream.received, '"initialize"'), 1);
    world.answerInitialize();
    await world.settle();
    for (const client of next) {
      assert.equal(count(client.received, '"kept"'), 1);
      client.hangUp();
    }
    await world.settle();
    assert.deepEqual(world.left, NOTHING_LEFT);
  });
});

test('a process that died in the handshake leaves no timer behind that ends the next one', async () => {
  const world = new MultiplexWorld();
  world.connect().say(INITIALIZE);
  await world.settle();
  world.answerInitialize();
  await world.settle();
  for (const delayMs of [100, 200]) {
    world.upstream.exit(1);
    await world.settle();
    mock.timers.tick(delayMs);
    await world.settle();
  }
  assert.equal(world.upstreams.length, 3);
  world.answerInitialize();
  await world.settle();
  mock.timers.tick(30_000);
  assert.equal(world.upstream.inputClosed, false);
});

test('a client that leaves while it waits for the handshake of another waits no more', async () => {
  const world = new MultiplexWorld();
  const [first, second] = [world.connect(), world.connect()];
  first.say(INITIALIZE);
  await world.settle();
  second.say(INITIALIZE);
  await world.settle();
  assert.equal(world.server.waitingCount, 1);
  second.hangUp();
  assert.equal(world.server.waitingCount, 0);
  world.answerInitialize();
  first.hangUp();
  await world.settle();
  assert.deepEqual(world.left, NOTHING_LEFT);
});

test('progress of an initialize whose client has left is for nobody', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"id":1,"method":"initialize","params":{"workDoneToken":"t"}}');
  await world.settle();
  client.hangUp();
  const token = idOf(world.upstream.received, 'initialize');
  world.upstream.say(`{"method":"$/progress","params":{"token":"sluice-${token}","value":1}}`);
  await world.settle();
  assert.equal(world.server.droppedCount, 1);
});
