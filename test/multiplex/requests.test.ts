import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { sharedGateway } from '../support/shared-gateway.js';

test('ids of every spelling come back as they were sent, from one process', async (t) => {
  const gateway = await sharedGateway(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const long = `"${'x'.repeat(100)}"`;
  for (const id of ['1', '1.0', '"1"', '"\\u0031"', '9007199254740993', '-0', '1e3', long, '"é"']) {
    client.send(`{"jsonrpc":"2.0","id":${id},"method":"echo","params":[${id}]}`);
    assert.equal(await client.nextFrame(), `{"jsonrpc":"2.0","id":${id},"result":[${parsed(id)}]}`);
  }
});

/** As JSON.stringify of the server writes it. */
function parsed(text: string): string {
  return JSON.stringify(JSON.parse(text));
}

test('two clients with the same id get their own answers, in any order', async (t) => {
  const gateway = await sharedGateway(t);
  const clients = await Promise.all([1, 2, 3].map(() => JsonRpcSocket.open(t, gateway.url)));
  for (const [k, client] of clients.entries()) {
    client.send(`{"id":7,"method":"hold","params":["held ${k}"]}`);
    client.send(`{"id":7,"method":"echo","params":["echo ${k}"]}`);
  }
  for (const [k, client] of clients.entries()) {
    assert.deepEqual((await client.next()).result, [`echo ${k}`]);
  }
  clients[0]!.notify('release');
  for (const [k, client] of clients.entries()) {
    const { id, result } = await client.next();
    assert.deepEqual([id, result], [7, [`held ${k}`]]);
  }
});

test('replies with unknown, forged, repeated and late ids reach nobody', async (t) => {
  const gateway = await sharedGateway(t);
  const victim = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  victim.send('{"id":"mine","method":"hold","params":["answer"]}');
  await victim.request('echo');
  const seen = (await other.request('received')).result as string[];
  const { id } = JSON.parse(seen.find((line) => line.includes('"hold"'))!) as { id: number };
  const frames = [
    ...[`"${id}"`, `${id}.0`, `-${id}`, `${id + 131_072}`, `${id + 1000}`, 'null'].map(
      (forged) => `{"id":${forged},"result":"forged"}`,
    ),
    '{"id":"mine","result":"forged"}',
  ];
  assert.equal((await other.request('say', { frames })).result, 'said');
  other.notify('release');
  assert.deepEqual((await victim.next()).result, ['answer']);
  const again = [`{"id":${id},"result":"repeated"}`];
  assert.equal((await other.request('say', { frames: again })).result, 'said');
  assert.equal((await victim.request('echo', 'still there')).result, 'still there');
  assert.equal((await other.request('echo', 'still there')).result, 'still there');
});

test('a cancel reaches the server with its own id, the newest one, and only for own requests', async (t) => {
  const gateway = await sharedGateway(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  for (const text of ['a', 'b']) client.send(`{"id":"r","method":"hold","params":["${text}"]}`);
  other.send('{"id":"other","method":"hold"}');
  await other.request('echo');
  await client.request('echo');
  client.send('{"method":"notifications/cancelled","params":{"requestId":"\\u0072","reason":"x"}}');
  client.send('{"method":"$/cancelRequest","params":{"id":"r"}}');
  for (const forged of ['"other"', '1', '2', '3', '{"a":1}', '"none"']) {
    client.send(`{"method":"notifications/cancelled","params":{"requestId":${forged}}}`);
  }
  const lines = ((await client.request('received')).result as string[]).map(
    (line) => JSON.parse(line) as { id?: number; method: string; params?: unknown },
  );
  const held = lines.filter(({ method }) => method === 'hold');
  const newest = held.find(({ params }) => JSON.stringify(params) === '["b"]')!.id;
  const cancels = lines.filter(({ method }) => /cancel/i.test(method)).map(({ params }) => params);
  assert.deepEqual(cancels, [{ requestId: newest, reason: 'x' }, { id: newest }]);
});

test('progress tokens are unique at the server and restored for their owner only', async (t) => {
  const gateway = await sharedGateway(t);
  const clients = await Promise.all([1, 2].map(() => JsonRpcSocket.open(t, gateway.url)));
  const tokens = new Set<unknown>();
  for (const [k, client] of clients.entries()) {
    client.send(
      `{"jsonrpc":"2.0","id":"p","method":"progress","params":{"_meta":{"progress\\u0054oken":"same"},"k":${k}}}`,
    );
    const progress = await client.next();
    assert.equal(progress.method, 'notifications/progress');
    assert.deepEqual(progress.params, { progressToken: 'same', progress: 1 });
    const { progressToken } = (await client.next()).result as { progressToken: unknown };
    assert.notEqual(progressToken, 'same');
    tokens.add(progressToken);
  }
  assert.equal(tokens.size, 2);
  const late = [...tokens].map(
    (token) =>
      `{"method":"notifications/progress","params":{"progressToken":${JSON.stringify(token)}}}`,
  );
  await clients[0]!.request('say', { frames: late });
  for (const client of clients) assert.equal((await client.request('echo', 1)).result, 1);
});

test("LSP's work done and partial result tokens are restored too", async (t) => {
  const gateway = await sharedGateway(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"id":1,"method":"hold","params":{"workDoneToken":"w","partialResultToken":9}}');
  const lines = (await other.request('received')).result as string[];
  const { params } = JSON.parse(lines.at(-1)!) as {
    params: { workDoneToken: unknown; partialResultToken: unknown };
  };
  const frames = [params.partialResultToken, params.workDoneToken].map((token) =>
    JSON.stringify({ method: '$/progress', params: { token, value: 1 } }),
  );
  await other.request('say', { frames });
  assert.deepEqual((await client.next()).params, { token: 9, value: 1 });
  assert.deepEqual((await client.next()).params, { token: 'w', value: 1 });
  assert.equal((await other.request('echo', 'nothing before this')).result, 'nothing before this');
});

test('a request without an answer gets -32002, the server is told, the late answer is dropped', async (t) => {
  for (const mode of ['shared', 'session']) {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode, '--request-timeout', '200ms', '--profile', 'mcp'],
      command: fixture('recording-server'),
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    client.send('{"id":"slow","method":"hold","params":["late"]}');
    const { id, error } = await client.next();
    assert.deepEqual([id, error?.code, error?.data?.reason], ['slow', -32002, 'timeout'], mode);
    client.notify('release');
    const lines = (await client.request('received')).result as string[];
    const held = JSON.parse(lines.find((line) => line.includes('"hold"'))!) as { id: unknown };
    const cancel = lines.find((line) => line.includes('notifications/cancelled'));
    assert.deepEqual(
      (JSON.parse(cancel!) as { params: { requestId: unknown } }).params.requestId,
      held.id,
    );
    assert.equal((await client.request('echo', 'next')).result, 'next');
  }
});
