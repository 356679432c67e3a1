import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ARRAY_ANSWER_BYTES, MAX_CLIENT_REQUESTS } from '../../src/limits.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';

// JSON-RPC 2.0 section 6. The same for the built-in echo, and for servers alone and shared.
const MODES = {
  echo: {},
  session: { command: fixture('shared-server') },
  shared: { args: ['--mode', 'shared'], command: fixture('shared-server') },
} as const;

async function nextArray(client: JsonRpcSocket): Promise<Message[]> {
  const answers = (await client.next()) as unknown;
  assert.ok(Array.isArray(answers), JSON.stringify(answers));
  return answers as Message[];
}

function byId(answers: readonly Message[]): Message[] {
  return answers.toSorted((a, b) => Number(a.id) - Number(b.id));
}

for (const [mode, options] of Object.entries(MODES)) {
  const start = async (t: Parameters<typeof GatewayProcess.start>[0], ...args: string[]) => {
    const given: readonly string[] = 'args' in options ? options.args : [];
    const gateway = await GatewayProcess.start(t, { ...options, args: [...given, ...args] });
    return JsonRpcSocket.open(t, gateway.url);
  };

  test(`a batch is answered as one array, with an error for each part that is no message (${mode})`, async (t) => {
    const client = await start(t);
    client.send(
      '[{"id":1.0,"method":"m","params":[1]},{"method":"n"},7,{"id":"a","method":"m","params":[2]},' +
        '[{"id":8,"method":"m"}],{"foo":"boo"},{"id":3,"result":1}]',
    );
    const answers = await nextArray(client);
    const told = answers.map(({ id, result, error }) =>
      JSON.stringify([id, result ?? error?.code]),
    );
    assert.deepEqual(told.sort(), [
      ...['["a",[2]]', '[1,[1]]', '[null,-32600]', '[null,-32600]', '[null,-32600]'],
    ]);
    client.send('  [1,2]\n');
    assert.deepEqual(
      (await nextArray(client)).map(({ error }) => error?.code),
      [-32600, -32600],
    );
  });

  test(`only notifications, or answers: nothing comes back; an empty array: one error (${mode})`, async (t) => {
    const client = await start(t);
    client.send('[{"method":"n"},{"method":"n"},{"id":1,"result":2}]');
    for (const empty of ['[]', ' [ ] ']) {
      client.send(empty);
      const { id, error } = await client.next();
      assert.deepEqual([id, error?.code], [null, -32600]);
    }
    client.send('[1,');
    assert.equal((await client.next()).error?.code, -32700);
    assert.deepEqual((await client.request('m', [1])).result, [1]);
  });

  test(`--max-batch bounds a batch, and 0 refuses all (${mode})`, async (t) => {
    const two = await start(t, '--max-batch', '2');
    two.send('[{"id":1,"method":"m"},{"id":2,"method":"m"},{"id":3,"method":"m"}]');
    const { id, error } = await two.next();
    assert.deepEqual([id, error?.code, error?.data?.reason], [null, -32010, 'batch_too_big']);
    two.send('[{"id":1,"method":"m"},{"id":2,"method":"m"}]');
    assert.equal((await nextArray(two)).length, 2);
    // What is not answered counts as well.
    two.send('[{"id":1,"method":"m"},{"method":"n"},{"method":"n"}]');
    assert.equal((await two.next()).error?.data?.reason, 'batch_too_big');
    const none = await start(t, '--max-batch', '0');
    none.send('[{"id":1,"method":"m"}]');
    assert.equal((await none.next()).error?.code, -32010);
    none.send('[{"id":1,"method":"m"}');
    assert.equal((await none.next()).error?.code, -32700);
    assert.deepEqual((await none.request('m', [1])).result, [1]);
  });

  test(`batches keep their order with what stands before and behind them (${mode})`, async (t) => {
    const client = await start(t);
    const expected: number[] = [];
    for (let n = 0; n < 3000; n += 3) {
      client.send(`{"id":${n},"method":"m"}`);
      client.send(`[{"id":${n + 1},"method":"m"},{"method":"n"},{"id":${n + 2},"method":"m"}]`);
      expected.push(n, n + 1, n + 2);
    }
    const ids: unknown[] = [];
    while (ids.length < expected.length) {
      const answer = (await client.next()) as unknown as Message | Message[];
      for (const { id } of [answer].flat()) ids.push(id);
    }
    assert.deepEqual(ids, expected);
  });
}

test('each part of a batch is answered when its time has come, the batch when all have', async (t) => {
  for (const mode of ['session', 'shared'] as const) {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: fixture('shared-server'),
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    client.send(
      '[{"id":1.50,"method":"hold","params":"a"},{"id":1.50,"method":"hold","params":"b"}]',
    );
    assert.deepEqual((await client.request('m', 'between')).result, 'between');
    client.notify('release');
    const results = (await nextArray(client)).map(({ result }) => result);
    assert.deepEqual(results.sort(), ['a', 'b']);
  }
});

test('a part of a batch that is cancelled, and never answered, keeps the others for a grace only', async (t) => {
  const modes = ['session', 'shared'].map(async (mode) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: fixture('shared-server'),
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    client.send(
      '[{"id":1.50,"method":"hold"},{"id":2,"method":"m"},' +
        '{"method":"notifications/cancelled","params":{"requestId":1.5}}]',
    );
    assert.deepEqual(
      (await nextArray(client)).map(({ id }) => id),
      [2],
    );
    // Answered all the same, it is late now; one that is answered in time is in its array.
    client.send('[{"id":3,"method":"hold"},{"id":"3","method":"hold","params":"kept"}]');
    client.notify('notifications/cancelled', { requestId: 3 });
    client.notify('release');
    assert.equal((await nextArray(client)).length, 2);
    client.send('{"id":"last","method":"m"}');
    assert.equal((await client.next()).id, 'last');
  });
  await Promise.all(modes);
});

test('a batch in flight when the shared process dies is answered with errors, as one array', async (t) => {
  const gateway = await GatewayProcess.start(t, MODES.shared);
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('[{"id":1,"method":"m"},{"id":2,"method":"hold"}]');
  await client.request('m');
  client.notify('die');
  const answers = await nextArray(client);
  assert.deepEqual(
    answers.map(({ id, error }) => [id, error?.code]),
    [
      [1, undefined],
      [2, -32000],
    ],
  );
});

test('a batch at the end of standard input is answered whole', async (t) => {
  for (const options of Object.values(MODES)) {
    const gateway = GatewayProcess.overStdio(t, options);
    gateway.process.stdin.end('[1,{"id":2,"method":"m","params":[3]},{"foo":1}]\n');
    await gateway.ended();
    const answers = JSON.parse(gateway.stdout) as Message[];
    assert.equal(answers.length, 3);
  }
});

for (const mode of ['session', 'shared']) {
  test(`what a server says before the last answer of a batch comes before the batch, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: fixture('scripted-server'),
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    // One write of the server: a notification, and the answer that makes the batch whole.
    client.send('[{"id":"part","method":"echo","params":["a"]},{"id":"last","method":"hold"}]');
    client.send('{"id":"own","method":"tell-and-release"}');
    const order: unknown[] = [];
    while (order.length < 3) {
      const message = JSON.parse(await client.nextFrame()) as Message | Message[];
      order.push(Array.isArray(message) ? 'batch' : (message.method ?? message.id));
    }
    assert.deepEqual(order, ['told', 'batch', 'own']);
  });
}

for (const mode of ['session', 'shared'] as const) {
  test(`answers of batches that are not whole are kept up to so many bytes, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: fixture('shared-server'),
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    const bytes = MAX_ARRAY_ANSWER_BYTES / 8;
    const big = (id: number): object => ({ id, method: 'big', params: { bytes } });
    client.send(JSON.stringify([...[1, 2, 3, 4, 5].map(big), { id: 6, method: 'hold' }]));
    client.send(JSON.stringify([7, 8, 9].map(big)));
    client.send(JSON.stringify([{ id: 'release', method: 'release' }]));
    // The second one waits for nothing, so its answers are not kept for long.
    const second = byId(await nextArray(client));
    const sizes = (answers: readonly Message[]): unknown[] =>
      answers.map(({ id, result, error }) => [id, String(result).length === bytes, error?.code]);
    assert.deepEqual(sizes(second), [
      [7, true, undefined],
      [8, true, undefined],
      [9, false, -32011],
    ]);
    const first = byId(await nextArray(client));
    assert.deepEqual(
      sizes(first.slice(0, 5)),
      [1, 2, 3, 4, 5].map((id) => [id, true, undefined]),
    );
    client.send(JSON.stringify([big(10)]));
    assert.deepEqual(sizes(await nextArray(client)), [[10, true, undefined]]);
  });
}

test('a client may have so many elements unanswered; more are refused in their place', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--max-batch', String(MAX_CLIENT_REQUESTS / 2)],
    command: fixture('shared-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const half = MAX_CLIENT_REQUESTS / 2;
  const hold = Array.from({ length: half }, (_, id) => ({ id, method: 'hold' }));
  client.send(JSON.stringify(hold));
  client.send(JSON.stringify(hold.map(({ id, method }) => ({ id: half + id, method }))));
  client.send('[{"id":"a","method":"seen"},{"method":"n"}]');
  assert.deepEqual(
    (await nextArray(client)).map(({ id, error }) => [id, error?.data?.reason]),
    [['a', 'too_many_requests']],
  );
  client.notify('release');
  for (let n = 0; n < 2; n++) assert.equal((await nextArray(client)).length, half);
  assert.deepEqual((await client.request('big', { bytes: 3 })).result, 'xxx');
});
