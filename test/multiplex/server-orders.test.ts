import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';
import { count, idOf } from '../support/received.js';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

describe('a server', () => {
  test('may send odd params with what the gateway looks into', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('{"id":1,"method":"m"}');
    await world.settle();
    for (const params of [
      'null',
      '7',
      '"x"',
      '[]',
      '[null]',
      '{}',
      '{"token":null}',
      '{"token":{}}',
    ]) {
      world.upstream.say(`{"id":1,"method":"window/workDoneProgress/create","params":${params}}`);
      world.upstream.say(`{"method":"$/progress","params":{"token":null,"value":${params}}}`);
      world.upstream.say(`{"method":"$/progress","params":{"token":7,"value":${params}}}`);
      world.upstream.say(`{"method":"notifications/cancelled","params":${params}}`);
    }
    await world.settle();
    assert.equal(count(client.received, 'create'), 8);
  });

  test("that cancels what it has asked in MCP's way waits for no answer any more", async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('{"id":1,"method":"m"}');
    await world.settle();
    world.upstream.say('{"id":"q","method":"question"}');
    world.upstream.say('{"method":"$/cancelRequest","params":{"id":"q"}}');
    await world.settle();
    assert.equal(world.server.requests.size, 1);
    world.upstream.say('{"method":"notifications/cancelled","params":{"requestId":"q"}}');
    await world.settle();
    assert.equal(count(client.received, '"requestId":1}'), 1);
    assert.equal(world.server.requests.size, 0);
    client.say('{"id":1,"result":"late"}');
    await world.settle();
    assert.equal(count(world.upstream.received, 'late'), 0);
  });

  test('and a client may send tokens that are none, however deep', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('{"id":1,"method":"m"}');
    await world.settle();
    const deep = '['.repeat(20_000) + ']'.repeat(20_000);
    client.say(`{"method":"window/workDoneProgress/cancel","params":{"token":${deep}}}`);
    client.say(`{"method":"window/workDoneProgress/cancel","params":${deep}}`);
    world.upstream.say(
      `{"id":1,"method":"window/workDoneProgress/create","params":{"token":${deep}}}`,
    );
    world.upstream.say(`{"method":"$/progress","params":{"token":${deep},"value":1}}`);
    await world.settle();
    assert.equal(count(client.received, 'create'), 1);
    assert.equal(count(world.upstream.received, 'workDoneProgress'), 0);
    assert.equal(world.server.tokens.size, 0);
  });

  test('has a token of its own no longer that its client refuses to show', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    client.say('{"id":1,"method":"m"}');
    await world.settle();
    const create = 'window/workDoneProgress/create';
    for (const token of ['1', '"1"']) {
      world.upstream.say(`{"id":${token},"method":"${create}","params":{"token":${token}}}`);
    }
    await world.settle();
    const [first, second] = client.received.map((message) => idOf([message], create));
    client.say(`{"id":${first},"error":{"code":-1,"message":"no"}}`);
    client.say(`{"id":${second},"result":null}`);
    await world.settle();
    assert.equal(world.server.tokens.ownerOf(1), null);
    assert.notEqual(world.server.tokens.ownerOf('1'), null);
  });

  test('that logs JSON lines answers nothing with them, and asks nothing', async () => {
    const world = new MultiplexWorld({ profile: 'mcp' });
    const client = world.connect();
    client.say('{"jsonrpc":"2.0","id":"a","method":"m"}');
    await world.settle();
    const id = idOf(world.upstream.received, '"m"');
    world.upstream.say(`{"level":30,"id":${id},"msg":"called"}`);
    world.upstream.say(`{"level":30,"id":${id},"method":"m"}`);
    await world.settle();
    assert.deepEqual([client.received, world.upstream.received.length], [[], 1]);
    assert.equal(world.server.requests.size, 0);
    world.upstream.say(`{"jsonrpc":"2.0","id":${id}}`);
    await world.settle();
    assert.equal(count(client.received, 'broken_reply'), 1);
  });

  test('is told that its requests are refused, but for a ping', async () => {
    const world = new MultiplexWorld({ serverRequests: 'refuse' });
    const client = world.connect();
    client.say('{"id":1,"method":"m"}');
    await world.settle();
    world.upstream.say('{"jsonrpc":"2.0","id":"q","method":"sampling/createMessage"}');
    world.upstream.say('{"jsonrpc":"2.0","id":"p","method":"ping"}');
    await world.settle();
    assert.equal(count(world.upstream.received, '"id":"q","error":'), 1);
    assert.equal(count(world.upstream.received, '"reason":"refused"'), 1);
    assert.equal(client.received.length, 1);
    client.say(`{"jsonrpc":"2.0","id":${idOf(client.received, 'ping')},"result":{}}`);
    await world.settle();
    assert.equal(count(world.upstream.received, '"id":"p","result":{}'), 1);
  });
});

test('what a process has asked and shown is not for the next one', async () => {
  const world = new MultiplexWorld();
  const client = world.connect();
  client.say('{"method":"hello"}');
  await world.settle();
  const create = 'window/workDoneProgress/create';
  world.upstream.say(`{"id":"q","method":"${create}","params":{"token":"t"}}`);
  await world.settle();
  assert.deepEqual([world.server.requests.size, world.server.tokens.size], [1, 1]);
  world.upstream.exit(1);
  await world.settle();
  assert.deepEqual([world.server.requests.size, world.server.tokens.size], [0, 0]);
  mock.timers.tick(100);
  client.say('{"id":1,"result":"too late"}');
  client.say('{"method":"window/workDoneProgress/cancel","params":{"token":"t"}}');
  client.say('{"method":"last"}');
  await world.settle();
  assert.deepEqual(world.upstream.received, ['{"method":"last"}']);
});

test('nothing waits any more of a client that leaves before the server is there', async () => {
  const world = new MultiplexWorld({ opening: () => new Promise(() => undefined) });
  const client = world.connect();
  const [session] = world.server.sessions;
  client.say('{"id":1,"method":"m"}');
  client.say('{"method":"n"}');
  await world.settle();
  assert.equal(world.server.waitingCount, 2);
  client.say('{"id":2,"method":"on its way"}');
  client.say('{"method":"on its way"}');
  client.hangUp();
  await world.settle();
  assert.deepEqual(world.left, NOTHING_LEFT);
  assert.equal(session!.pendingBytes, 0);
});

test('a client that comes within the idle time keeps the server', async () => {
  const world = new MultiplexWorld({ idleTimeoutMs: 1000 });
  world.connect().hangUp();
  mock.timers.tick(999);
  const next = world.connect();
  mock.timers.tick(5000);
  assert.equal(world.upstream.inputClosed, false);
  next.hangUp();
  mock.timers.tick(1000);
  assert.equal(world.upstream.inputClosed, true);
  await world.settle();
});

describe('a shared server that spells ids in its own way', () => {
  test('answers all the same, whole or broken', async () => {
    const world = new MultiplexWorld();
    const client = world.connect();
    for (const name of ['a', 'b', 'c'])
      client.say(`{"id":"${name}","method":"${name}","params":"${name}"}`);
    await world.settle();
    const { upstream } = world;
    const [a, b, c] = ['"a"', '"b"', '"c"'].map((text) => idOf(upstream.received, text));
    upstream.say(`{"id":${a}.0,"result":"exact"}`);
    upstream.say(`{"id":${b}e0}`);
    upstream.say(`{"id":${c}.5,"result":"nobody's"}`);
    upstream.say(`{"id":1${'0'.repeat(40)},"result":"nobody's"}`);
    await world.settle();
    assert.equal(client.received[0], '{"id":"a","result":"exact"}');
    assert.match(client.received[1]!, /^\{"jsonrpc":"2.0","id":"b","error":\{"code":-32603/);
    assert.equal(client.received.length, 2);
    assert.equal(world.table.count, 1);
  });
});
