import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, type TestContext, test } from 'node:test';
import { MultiplexWorld, NOTHING_LEFT } from '../support/multiplex-world.js';
import { count, idOf } from '../support/received.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"1"}}';
const INITIALIZED = '{"jsonrpc":"2.0","method":"notifications/initialized"}';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

/** Lets mocked time pass, for timers and clock alike. */
function passTime(t: TestContext): (ms: number) => void {
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  return (ms) => {
    nowMs += ms;
    mock.timers.tick(ms);
  };
}

/** The process answers the initialize that it was sent. */
function answerInitialize(world: MultiplexWorld): void {
  const { upstream } = world;
  upstream.say(`{"id":${idOf(upstream.received, '"initialize"')},"result":{"kept":1}}`);
}

describe('notifications/initialized', () => {
  test('that comes while the process is down is told to the next one once, behind initialize', async () => {
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
    mock.timers.tick(100);
    answerInitialize(world);
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

test('a process that died in the handshake leaves no timer behind that ends the next one', async () => {
  const world = new MultiplexWorld();
  world.connect().say(INITIALIZE);
  await world.settle();
  answerInitialize(world);
  await world.settle();
  for (const delayMs of [100, 200]) {
    world.upstream.exit(1);
    await world.settle();
    mock.timers.tick(delayMs);
    await world.settle();
  }
  assert.equal(world.upstreams.length, 3);
  answerInitialize(world);
  await world.settle();
  mock.timers.tick(30_000);
  assert.equal(world.upstream.inputClosed, false);
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
  answerInitialize(world);
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
