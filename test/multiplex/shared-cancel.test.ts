import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedGateway, seenWith } from '../support/shared-gateway.js';

const FORMS = [
  { profile: 'mcp', method: 'notifications/cancelled', member: 'requestId' },
  { profile: 'lsp', method: '$/cancelRequest', member: 'id' },
] as const;

for (const { profile, method, member } of FORMS) {
  test(`${method} reaches the server with the server's id, and only for own requests`, async (t) => {
    const gateway = await SharedGateway.start(t, '--profile', profile);
    const [owner, other] = await Promise.all([gateway.connect(), gateway.connect()]);
    owner.send('{"id":"a","method":"hold","params":{"n":1}}');
    owner.send('{"id":"a","method":"hold","params":{"n":2}}');
    const ids = (await seenWith(owner, '"hold"')).map(
      (line) => (JSON.parse(line) as { id: number }).id,
    );
    const cancel = (of: unknown): string =>
      JSON.stringify({ jsonrpc: '2.0', method, params: { [member]: of, why: 'x' } });
    // Somebody else's id, the server's own, and none at all: nobody's business.
    for (const forged of ['a', ...ids, 99]) other.send(cancel(forged));
    for (const forged of [...ids, 'b']) owner.send(cancel(forged));
    owner.send(`{"method":"${method}"}`);
    owner.send(`{"method":"${method}","params":[${ids[0]}]}`);
    await other.request('m');
    assert.deepEqual(await seenWith(owner, 'ancel'), []);
    // A cancel means the newest of those with the same id, however it is spelled.
    owner.send(cancel('a').replace('"a"', '"\\u0061"'));
    assert.deepEqual(await seenWith(owner, 'ancel'), [cancel(ids[1])]);
    // As a request it would be one that the server may take for a cancel.
    const { error } = await other.request(method, { [member]: ids[0] });
    assert.equal(error?.code, -32600);
    assert.equal((await seenWith(owner, 'ancel')).length, 1);
  });
}

test('what stands behind a request arrives behind it, whatever had to be rewritten', async (t) => {
  const gateway = await SharedGateway.start(t, '--profile', 'mcp');
  const client = await gateway.connect();
  const params = '{"_meta":{"progressToken":1}}';
  for (let n = 0; n < 50; n++) {
    client.send(`{"method":"note","params":${n}}`);
    client.send(`{"id":${n},"method":"hold","params":${params}}`);
    client.send(`{"method":"notifications/cancelled","params":{"requestId":${n}}}`);
  }
  const seen = (await seenWith(client, '')).map(
    (line) => (JSON.parse(line) as { method: string }).method,
  );
  const expected = Array.from({ length: 50 }, () => ['note', 'hold', 'notifications/cancelled']);
  assert.deepEqual(seen.slice(0, 150), expected.flat());
});

test('a client that leaves: the server is told as the profile has it, late replies are dropped', async (t) => {
  const told = {
    mcp: [
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":ID,"reason":"the client has left"}}',
    ],
    lsp: ['{"jsonrpc":"2.0","method":"$/cancelRequest","params":{"id":ID}}'],
    codex: [],
    plain: [],
  };
  for (const [profile, expected] of Object.entries(told)) {
    const gateway = await SharedGateway.start(t, '--profile', profile, '--log-level', 'debug');
    const [leaver, stayer] = await Promise.all([gateway.connect(), gateway.connect()]);
    leaver.send('{"id":"a","method":"hold"}');
    const [held] = await seenWith(leaver, '"hold"');
    const { id } = JSON.parse(held!) as { id: number };
    leaver.socket.close();
    await leaver.close();
    await stayer.request('m');
    const cancels = await seenWith(stayer, 'ancel');
    assert.deepEqual(
      cancels,
      expected.map((text) => text.replace('ID', String(id))),
    );
    stayer.notify('release');
    await gateway.process.logged('the late reply', ({ dropped }) => dropped === 1);
    assert.equal((await stayer.request('m', 'on')).result, 'on');
  }
});

test('the profile is guessed from the handshake', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [leaver, stayer] = [await gateway.connectMcp(), await gateway.connectMcp()];
  leaver.send('{"id":"a","method":"hold"}');
  await seenWith(leaver, '"hold"');
  leaver.socket.close();
  await leaver.close();
  await stayer.request('m');
  assert.equal((await seenWith(stayer, 'notifications/cancelled')).length, 1);
});
