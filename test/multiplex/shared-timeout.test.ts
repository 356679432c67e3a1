import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedGateway, seenWith } from '../support/shared-gateway.js';

for (const mode of ['shared', 'session']) {
  test(`--request-timeout answers, cancels at the server and drops the late reply (${mode})`, async (t) => {
    const gateway = await SharedGateway.start(
      t,
      ...['--mode', mode, '--request-timeout', '300ms', '--profile', 'mcp'],
    );
    const client = await gateway.connect();
    for (const id of ['"é"', '1.0', `"${'long '.repeat(40_000)}"`]) {
      client.send(`{"id":${id},"method":"hold","params":"late"}`);
      const frame = await client.nextFrame();
      assert.ok(frame.startsWith(`{"jsonrpc":"2.0","id":${id},`), frame.slice(0, 100));
      assert.match(frame, /"error":\{"code":-32002,.*"data":\{"reason":"timeout"\}\}\}$/);
    }
    assert.equal((await seenWith(client, 'notifications/cancelled')).length, 3);
    client.notify('release');
    assert.equal((await client.request('m', 'next')).result, 'next');
  });

  test(`an array has its answer when its last element has timed out (${mode})`, async (t) => {
    const gateway = await SharedGateway.start(t, '--mode', mode, '--request-timeout', '1s');
    const client = await gateway.connect();
    // A server that starts takes its time.
    while ((await client.request('m')).error !== undefined);
    client.send(
      '[{"id":1,"method":"hold"},{"id":2,"method":"m","params":5},{"id":1,"method":"hold"}]',
    );
    const answers = (await client.next()) as unknown as { id: number; error?: { code: number } }[];
    const told = answers.map(({ id, error }) => `${id} ${error?.code ?? 'result'}`);
    assert.deepEqual(told.sort(), ['1 -32002', '1 -32002', '2 result']);
  });
}

test('requests time out that wait for the server, or for the handshake of another client', async (t) => {
  const gateway = await SharedGateway.start(t, '--request-timeout', '300ms');
  const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
  first.send('{"id":"a","method":"initialize","params":{"hold":true}}');
  await seenWith(first, 'initialize');
  second.send('{"id":"b","method":"initialize"}');
  for (const client of [first, second]) assert.equal((await client.next()).error?.code, -32002);
  // It was not given up for others.
  second.notify('release');
  assert.deepEqual((await second.request('initialize')).result, { initializations: 1 });
});
