import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';
import { SharedGateway } from '../support/shared-gateway.js';

test('a client that does not read is closed with 1013 above --client-overflow, and others go on', async (t) => {
  const gateway = await SharedGateway.start(
    t,
    ...['--client-overflow', '256KiB', '--slow-client-grace', '3600s'],
  );
  const [slow, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  slow.socket.pause();
  for (let n = 0; n < 200; n++) slow.send(`{"id":${n},"method":"big","params":{"bytes":100000}}`);
  for (let n = 0; n < 200; n++) assert.equal((await other.request('m', n)).result, n);
  slow.socket.resume();
  const { code, reason } = await slow.close();
  assert.equal(code, 1013);
  assert.match(reason, /^too slow: more than 262144 bytes unread/);
});

test('a client that does not read within --slow-client-grace is closed with 1013', async (t) => {
  const gateway = await SharedGateway.start(t, '--slow-client-grace', '300ms', '--profile', 'mcp');
  const [slow, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  slow.send('{"id":"held","method":"hold"}');
  slow.socket.pause();
  for (let n = 0; n < 1500; n++) slow.send(`{"id":${n},"method":"big","params":{"bytes":10000}}`);
  // Others are served all the while, and see that what it had in flight is cancelled.
  while ((await other.request('cancels')).result === 0) {
    assert.equal((await other.request('m', 1)).result, 1);
  }
  slow.socket.resume();
  const { code, reason } = await slow.close();
  assert.deepEqual([code, reason.slice(0, 8)], [1013, 'too slow']);
});

test('a client that floods the server waits for its own turn, and others have theirs', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [flood, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  // All may be in flight at once: MAX_CLIENT_REQUESTS.
  const count = 15_000;
  for (let n = 0; n < count; n++) flood.send(`{"id":${n},"method":"m","params":${n}}`);
  for (let n = 0; n < 50; n++) assert.equal((await other.request('m', n)).result, n);
  for (let n = 0; n < count; n++) assert.equal((await flood.next()).id, n);
});

test('a process that reads no more holds up its clients, who are told', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--receive-buffer', '64KiB', '--handshake', 'none'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await client.request('stop-reading');
  const padding = 'x'.repeat(10_000);
  // Requests with tokens are written one by one: they are bounded like others.
  const meta = '"_meta":{"progressToken":1}';
  const refusals: Message[] = [];
  void client.next().then((message) => refusals.push(message));
  for (let n = 0; refusals.length === 0; n++) {
    const frame = `{"id":"n${n}","method":"m","params":{${meta},"x":"${padding}"}}`;
    client.send(frame);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { error } = refusals[0]!;
  assert.deepEqual([error?.code, error?.data?.reason], [-32001, 'receive_buffer_full']);
});
