import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedGateway, seenWith } from '../support/shared-gateway.js';

test('progress goes to its owner only, with the token as the owner wrote it', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
  for (const client of [first, second]) {
    client.send('{"id":1,"method":"progress","params":{"_meta":{"progressToken":"\\u0031"}}}');
  }
  for (const client of [first, second]) {
    assert.equal(
      await client.nextFrame(),
      '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":"\\u0031","progress":1}}',
    );
    assert.equal((await client.next()).result, 'done');
  }
  const tokens = (await seenWith(first, 'progressToken')).map((line) => tokenOf(line));
  assert.equal(new Set(tokens).size, 2);
});

function tokenOf(line: string): unknown {
  const { params } = JSON.parse(line) as { params: { _meta: { progressToken: unknown } } };
  return params._meta.progressToken;
}

test('both kinds of LSP tokens are made unique and restored, however their names are spelled', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
  for (const client of [first, second]) {
    client.send(
      '{"id":1,"method":"progress","params":{"workDone\\u0054oken":7,"partialResult\\u0054oken":"p1"}}',
    );
  }
  for (const client of [first, second]) {
    const at = async (): Promise<unknown> =>
      ((await client.next()).params as { token: unknown }).token;
    assert.deepEqual([await at(), await at()], [7, 'p1']);
    assert.equal((await client.next()).result, 'done');
  }
});

test('progress that names no token in flight reaches nobody', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [owner, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  owner.send('{"id":1,"method":"hold","params":{"workDoneToken":"t"}}');
  const [line] = await seenWith(owner, '"hold"');
  const { id } = JSON.parse(line!) as { id: number };
  // Numbers near it, its other kind, and its own before it was rewritten.
  for (const token of [`sluice-${id + 1}`, `sluice-${id}-partial`, id, String(id), 't', null]) {
    await other.request('tell', { method: '$/progress', params: { token, value: 1 } });
  }
  const real = { token: `sluice-${id}`, value: 'real' };
  await other.request('tell', { method: '$/progress', params: real });
  assert.deepEqual((await owner.next()).params, { token: 't', value: 'real' });
  assert.equal((await other.request('m', 'quiet')).result, 'quiet');
});

test('a null token asks for no progress and stays as it is', async (t) => {
  const gateway = await SharedGateway.start(t);
  const client = await gateway.connect();
  const params = { workDoneToken: null, partialResultToken: null };
  assert.deepEqual((await client.request('m', params)).result, params);
});

test('two tokens that mean the same in one request, or one that is repeated or spelled otherwise, are refused', async (t) => {
  const gateway = await SharedGateway.start(t);
  const client = await gateway.connect();
  for (const params of [
    '{"_meta":{"progressToken":1},"workDoneToken":2}',
    '{"workDoneToken":1,"workDone\\u0054oken":2}',
    '{"_meta":{"progressToken":1},"_meta":{"progressToken":2}}',
    '{"_meta":{"progresstoken":1}}',
  ]) {
    client.send(`{"id":1,"method":"m","params":${params}}`);
    assert.equal((await client.next()).error?.code, -32600);
  }
});

test('progress that the server began itself goes to the client that it asked, up to its end', async (t) => {
  const gateway = await SharedGateway.start(
    t,
    ...['--log-level', 'debug', '--server-requests', 'oldest'],
  );
  const [asked, other] = [await gateway.connectLsp(), await gateway.connectLsp()];
  const create = '{"id":"c","method":"window/workDoneProgress/create","params":{"token":"é"}}';
  await other.request('print', { text: create });
  assert.equal((await asked.next()).method, 'window/workDoneProgress/create');
  const tell = (value: unknown): Promise<unknown> =>
    other.request('tell', { method: '$/progress', params: { token: 'é', value } });
  await tell({ kind: 'begin' });
  assert.deepEqual((await asked.next()).params, { token: 'é', value: { kind: 'begin' } });

  // Only it may cancel that, and only its own.
  other.notify('window/workDoneProgress/cancel', { token: 'é' });
  await other.request('m');
  assert.deepEqual(await seenWith(asked, 'workDoneProgress/cancel'), []);
  asked.notify('window/workDoneProgress/cancel', { token: 'é' });
  assert.equal((await seenWith(asked, 'workDoneProgress/cancel')).length, 1);

  await tell({ kind: 'end' });
  assert.deepEqual((await asked.next()).params, { token: 'é', value: { kind: 'end' } });
  await tell({ kind: 'again' });
  await gateway.process.logged('it was dropped', ({ msg }) => /nobody's/.test(msg ?? ''));
});

test("tokens that the server makes itself are never taken for a client's, whatever it counts to", async (t) => {
  const gateway = await SharedGateway.start(t, '--server-requests', 'oldest');
  const [asked, other] = [await gateway.connectLsp(), await gateway.connectLsp()];
  other.send('{"id":"work","method":"hold","params":{"workDoneToken":"mine"}}');
  const [line] = await seenWith(other, '"hold"');
  const { id } = JSON.parse(line!) as { id: number };
  const create = (token: unknown): Promise<unknown> =>
    asked.request('print', {
      text: JSON.stringify({
        id: 'c',
        method: 'window/workDoneProgress/create',
        params: { token },
      }),
    });
  // The number that it gets as the id of the other client's request.
  await create(id);
  assert.equal((await asked.next()).method, 'window/workDoneProgress/create');
  await asked.request('tell', { method: '$/progress', params: { token: id, value: 'own' } });
  assert.deepEqual((await asked.next()).params, { token: id, value: 'own' });
  assert.equal((await other.request('m', 'quiet')).result, 'quiet');
  // What it was given for that request it cannot make itself.
  await create(`sluice-${id}`);
  const [refusal] = await seenWith(asked, 'token_taken');
  assert.match(refusal!, /^\{"jsonrpc":"2.0","id":"c","error":\{"code":-32602,/);
});

test("a client's own work is cancelled with the server's token, and nobody else's", async (t) => {
  const gateway = await SharedGateway.start(t);
  const [owner, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  owner.send('{"id":1,"method":"hold","params":{"workDoneToken":"work"}}');
  const [line] = await seenWith(owner, '"hold"');
  const { id } = JSON.parse(line!) as { id: number };
  for (const token of ['work', id, `sluice-${id}`]) {
    other.notify('window/workDoneProgress/cancel', { token });
  }
  await other.request('m');
  owner.notify('window/workDoneProgress/cancel', { token: 'work' });
  assert.deepEqual(await seenWith(owner, 'workDoneProgress/cancel'), [
    `{"jsonrpc":"2.0","method":"window/workDoneProgress/cancel","params":{"token":"sluice-${id}"}}`,
  ]);
});
