import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SharedGateway, seenWith } from '../support/shared-gateway.js';

const IDS = [
  ...['1', '1.0', '10e-1', '-0', '"1"', '"\\u0031"', '""', '9223372036854775807', '0.1'],
  '9007199254740993',
  '"é🎉"',
  `"${'x'.repeat(40)}"`,
  `"${'y'.repeat(300)}"`,
];

test('ids of every spelling come back as they were sent, to whoever sent them', async (t) => {
  const gateway = await SharedGateway.start(t);
  const clients = await Promise.all([gateway.connect(), gateway.connect()]);
  for (const [n, client] of clients.entries()) {
    for (const id of IDS) client.send(`{"id":${id},"method":"m","params":[${n}]}`);
  }
  for (const [n, client] of clients.entries()) {
    for (const id of IDS) {
      assert.equal(await client.nextFrame(), `{"jsonrpc":"2.0","id":${id},"result":[${n}]}`);
    }
  }
});

test('one client may use an id again that is in flight: each request is answered', async (t) => {
  const gateway = await SharedGateway.start(t);
  const client = await gateway.connect();
  for (const n of [1, 2, 3]) client.send(`{"id":1,"method":"hold","params":{"n":${n}}}`);
  client.notify('release');
  for (const n of [3, 2, 1]) {
    assert.equal(await client.nextFrame(), `{"jsonrpc":"2.0","id":1,"result":{"n":${n}}}`);
  }
});

test('at the server ids are integers, and everything else is as it was sent', async (t) => {
  const gateway = await SharedGateway.start(t);
  const client = await gateway.connect();
  client.send('{"params" : {"a":1.0,"a":"\\u0061"},\n "method":"m", "id" : "x"}');
  await client.next();
  const [line] = await seenWith(client, '"m"');
  assert.match(line!, /^\{"params" : \{"a":1\.0,"a":"\\u0061"\}, {2}"method":"m", "id" : \d+\}$/);
});

test('replies with unknown, forged, repeated or late ids reach nobody', async (t) => {
  const gateway = await SharedGateway.start(t, '--log-level', 'debug');
  const [first, second] = await Promise.all([gateway.connect(), gateway.connect()]);
  first.send('{"id":"mine","method":"hold","params":"held"}');
  const [line] = await seenWith(first, '"hold"');
  const id = (JSON.parse(line!) as { id: number }).id;
  for (const forged of [
    `"${id}"`,
    `${id}.5`,
    String(id + 131_072),
    String(id + 1000),
    'null',
    '-1',
  ]) {
    const text = `{"jsonrpc":"2.0","id":${forged},"result":"forged"}`;
    assert.equal((await second.request('print', { text })).result, 'printed');
  }
  second.notify('release');
  assert.deepEqual((await first.next()).result, 'held');
  const text = `{"jsonrpc":"2.0","id":${id},"result":"again"}`;
  assert.equal((await second.request('print', { text })).result, 'printed');
  for (const client of [first, second])
    assert.equal((await client.request('m', 'last')).result, 'last');
  await gateway.process.logged('it was counted', ({ dropped }) => dropped === 5);
});
