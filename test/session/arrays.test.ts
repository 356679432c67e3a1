import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_ARRAY_ANSWER_BYTES, MAX_CLIENT_REQUESTS } from '../../src/limits.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';

// JSON-RPC 2.0 section 6. The same for the built-in echo, and for servers alone and shared.
const UPSTREAMS = [
  { what: 'the built-in echo', options: {} },
  { what: 'a process', options: { command: fixture('recording-server') } },
  {
    what: 'a shared process',
    options: { args: ['--mode', 'shared'], command: fixture('recording-server') },
  },
];

async function nextArray(client: JsonRpcSocket): Promise<Message[]> {
  const answers = JSON.parse(await client.nextFrame()) as Message[];
  assert.ok(Array.isArray(answers));
  return answers.sort((a, b) => String(a.id).localeCompare(String(b.id)));
}

for (const { what, options } of UPSTREAMS) {
  test(`a batch is answered with one array by ${what}`, async (t) => {
    const gateway = await GatewayProcess.start(t, options);
    const client = await JsonRpcSocket.open(t, gateway.url);
    client.send(
      '[{"id":1,"method":"a","params":[1]}, {"method":"n"}, 3, {"id":"2","method":"b"},\n[{"id":9,"method":"c"}]]',
    );
    client.send('{"id":"behind","method":"d","params":"last"}');
    const [first, second, ...bad] = await nextArray(client);
    assert.deepEqual([first?.id, first?.result], [1, [1]]);
    assert.deepEqual([second?.id, second?.result], ['2', null]);
    assert.deepEqual(
      bad.map(({ id, error }) => [id, error?.code]),
      [
        [null, -32600],
        [null, -32600],
      ],
    );
    assert.equal((await client.next()).result, 'last');
  });

  test(`a batch of notifications is not answered, and empty or large ones are refused, by ${what}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      ...options,
      args: [...(options.args ?? []), '--max-batch', '3'],
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    client.send('[{"method":"n"},{"method":"m"}]');
    client.send(' [ ] ');
    client.send(`[${Array.from({ length: 4 }, (_, id) => `{"id":${id},"method":"m"}`).join(',')}]`);
    client.send('[{"id":1,"method":"m"}');
    client.send('[{"id":5,"method":"m","params":["of three"]},{"method":"n"},{"method":"n"}]');
    const codes = [await client.next(), await client.next(), await client.next()];
    assert.deepEqual(
      codes.map(({ id, error }) => [id, error?.code]),
      [
        [null, -32600],
        [null, -32010],
        [null, -32700],
      ],
    );
    assert.deepEqual(
      (await nextArray(client)).map(({ result }) => result),
      [['of three']],
    );
  });
}

test('--max-batch 0 refuses batches, and other messages go on', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: ['--max-batch', '0'] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('[{"id":1,"method":"m"}]');
  assert.equal((await client.next()).error?.data?.reason, 'batch_too_big');
  assert.equal((await client.request('echo', 1)).result, 1);
});

test('a thousand batches among single requests are all answered', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared'],
    command: fixture('recording-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (let n = 0; n < 1000; n++) {
    client.send(`[{"id":"a${n}","method":"m"},{"id":"b${n}","method":"m"}]`);
    client.send(`{"id":"c${n}","method":"m"}`);
  }
  const seen = new Set<unknown>();
  while (seen.size < 3000) {
    for (const { id } of [JSON.parse(await client.nextFrame()) as Message | Message[]].flat()) {
      assert.ok(!seen.has(id), `${String(id)} was answered twice`);
      seen.add(id);
    }
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
    const second = await nextArray(client);
    const sizes = (answers: readonly Message[]): unknown[] =>
      answers.map(({ id, result, error }) => [id, String(result).length === bytes, error?.code]);
    assert.deepEqual(sizes(second), [
      [7, true, undefined],
      [8, true, undefined],
      [9, false, -32011],
    ]);
    const first = await nextArray(client);
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
