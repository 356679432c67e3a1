import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import {
  MAX_CLIENT_REQUESTS,
  MAX_KEPT_ID_BYTES,
  MAX_SERVER_REQUESTS,
  RING_CAPACITY,
  UNREAD_REPLY_BYTES,
} from '../../src/limits.js';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';
import { count, idOf } from '../support/received.js';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

test('a client has exactly as many requests in flight as it may', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"id":"first","method":"hold"}');
  await world.settle();
  for (let id = 1; id < MAX_CLIENT_REQUESTS + 300; id++) client.say(`{"id":${id},"method":"hold"}`);
  await world.settle();
  assert.equal(world.upstream.received.length, MAX_CLIENT_REQUESTS);
  assert.equal(count(client.received, '"too_many_requests"'), 300);
});

test('a server whose requests are not answered may not ask without end', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"method":"hello"}');
  await world.settle();
  for (let id = 0; id < MAX_SERVER_REQUESTS + 2; id++)
    world.upstream.say(`{"id":${id},"method":"q"}`);
  await world.settle();
  assert.equal(client.received.length, MAX_SERVER_REQUESTS);
  const refused = world.upstream.received.filter((text) => text.includes('"too_many_requests"'));
  assert.match(refused.join(), /^\{"jsonrpc":"2.0","id":16384,.*"id":16385,/);
  client.hangUp();
  await world.settle();
  assert.deepEqual(world.left, NOTHING_LEFT);
});

test('long ids of requests in flight are kept up to so many bytes', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  const pad = 'x'.repeat(MAX_KEPT_ID_BYTES / 20);
  for (let n = 0; n < 22; n++) client.say(`{"id":"${n}${pad}","method":"hold"}`);
  client.say('{"id":22,"method":"short"}');
  await world.settle();
  assert.equal(count(world.upstream.received, 'hold'), 20);
  assert.equal(count(world.upstream.received, 'short'), 1);
  assert.equal(count(client.received, '"too_many_requests"'), 2);
  world.upstream.say(`{"id":${idOf(world.upstream.received, 'hold')},"result":1}`);
  await world.settle();
  assert.ok(client.received.at(-1)?.includes(`"id":"0${pad}"`));
  client.say(`{"id":"${pad}","method":"another"}`);
  await world.settle();
  assert.equal(count(world.upstream.received, 'another'), 1);
  client.hangUp();
  await world.settle();
  assert.deepEqual(world.left, NOTHING_LEFT);
});

test('long ids of questions of the server are kept up to so many bytes', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"method":"hello"}');
  await world.settle();
  const pad = 'x'.repeat(MAX_KEPT_ID_BYTES / 20);
  for (let n = 0; n < 22; n++) world.upstream.say(`{"id":"${n}${pad}","method":"q"}`);
  await world.settle();
  assert.equal(client.received.length, 20);
  assert.equal(count(world.upstream.received, '"too_many_requests"'), 2);
  client.say('{"id":2,"result":0}');
  world.upstream.say('{"id":8,"method":"another"}');
  await world.settle();
  assert.equal(count(client.received, 'another'), 1);
});

test('a server may not make progress tokens without end', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"method":"hello"}');
  await world.settle();
  const create = (token: string): void =>
    world.upstream.say(
      `{"id":1,"method":"window/workDoneProgress/create","params":{"token":"${token}"}}`,
    );
  const pad = 'x'.repeat(MAX_KEPT_ID_BYTES / 40);
  for (let n = 0; n < 22; n++) create(`${n}${pad}`);
  await world.settle();
  assert.equal(client.received.length, 20);
  assert.equal(count(world.upstream.received, '"too_many_requests"'), 2);
  world.upstream.say(`{"method":"$/progress","params":{"token":"0${pad}","value":{"kind":"end"}}}`);
  create('another');
  await world.settle();
  assert.equal(count(client.received, 'another'), 1);
});

test('a server that asks and does not read what it is refused is restarted', async () => {
  const world = new MultiplexWorld({ serverRequests: 'refuse' });
  const client = world.connect();
  client.say('{"id":"c","method":"hold"}');
  await world.settle();
  const first = world.upstream;
  first.stalled = true;
  const question = `{"id":"${'q'.repeat(200_000)}","method":"q"}`;
  for (let n = 0; n < 60; n++) first.say(question);
  await world.settle();
  assert.equal(first.inputClosed, true);
  assert.equal(count(first.received, '"refused"'), Math.ceil(UNREAD_REPLY_BYTES / 200_000));
  assert.match(client.received[0]!, /"id":"c".*"upstream_exited"/);
  mock.timers.tick(100);
  client.say('{"id":"d","method":"m"}');
  await world.settle();
  assert.notEqual(world.upstream, first);
  assert.equal(count(world.upstream.received, '"m"'), 1);
  world.upstream.say(question);
  await world.settle();
  assert.equal(world.upstream.inputClosed, false);
});

test('clients that leave do not have a server restarted that they have much to cancel at', async () => {
  const world = new MultiplexWorld({ profile: 'mcp' });
  const clients = Array.from({ length: 6 }, () => world.connect());
  for (const client of clients) {
    for (let id = 0; id < MAX_CLIENT_REQUESTS; id++) client.say(`{"id":${id},"method":"hold"}`);
    await world.settle();
  }
  const { upstream } = world;
  upstream.stalled = true;
  for (const client of clients) client.hangUp();
  await world.settle();
  assert.equal(upstream.inputClosed, false);
  const cancels = upstream.received.filter((text) => text.includes('notifications/cancelled'));
  const bytes = cancels.reduce((sum, { length }) => sum + length, 0);
  assert.ok(bytes > UNREAD_REPLY_BYTES && bytes < UNREAD_REPLY_BYTES + 1024, String(bytes));
  assert.deepEqual(world.left, NOTHING_LEFT);
});

test('answers that the server does not read stay in the ring of their client', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"method":"hello"}');
  await world.settle();
  for (let id = 0; id < 200; id++) world.upstream.say(`{"id":${id},"method":"q"}`);
  await world.settle();
  world.upstream.stalled = true;
  for (let id = 1; id <= 200; id++) client.say(`{"id":${id},"result":0}`);
  await world.settle();
  assert.equal(count(world.upstream.received, 'result'), RING_CAPACITY);
  world.upstream.unstall();
  await world.settle();
  assert.equal(count(world.upstream.received, 'result'), 200);
});

test('clients that come, send and go do not fill the memory of a server that does not read', async () => {
  const world = new MultiplexWorld();
  const message = `{"method":"${'m'.repeat(200_000)}"}`;
  await world.settle();
  let refused = 0;
  for (let n = 0; refused === 0 && n < 100; n++) {
    const client = world.connect();
    world.upstream.stalled = true;
    for (let k = 0; k < 20; k++) client.say(message);
    await world.settle();
    if (client.closed?.code === 1013) refused = n;
    client.hangUp();
    await world.settle();
  }
  // Each has left a ring of 2 MiB behind.
  assert.ok(refused >= 30 && refused <= 33, String(refused));
  world.upstream.unstall();
  const client = world.connect();
  client.say('{"id":1,"method":"m"}');
  await world.settle();
  assert.equal(client.closed, null);
  client.hangUp();
  await world.settle();
  assert.deepEqual(world.left, NOTHING_LEFT);
});
