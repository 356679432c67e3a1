import assert from 'node:assert/strict';
import { test } from 'node:test';
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
