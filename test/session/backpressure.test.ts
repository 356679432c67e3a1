import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { residentBytes } from '../support/process-table.js';
import { until } from '../support/until.js';

const MEBIBYTE = 1024 * 1024;

/** Waits until the memory of a process has stopped growing, and gives it. */
async function settledMemory(pid: number): Promise<number> {
  let last = 0;
  let steadyLooks = 0;
  await until('the memory is steady', () => {
    const now = residentBytes(pid);
    steadyLooks = Math.abs(now - last) < MEBIBYTE / 4 ? steadyLooks + 1 : 0;
    last = now;
    return steadyLooks >= 25;
  });
  return last;
}

test('a client that stops reading costs bounded memory, and gets everything when it reads again', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  const [count, bytes] = [20_000, 10_000];
  await Promise.all([client.request('warm up'), other.request('warm up')]);
  const before = residentBytes(gateway.pid);
  client.send(JSON.stringify({ id: 'flood', method: 'flood', params: { count, bytes } }));
  client.socket.pause();
  const after = await settledMemory(gateway.pid);
  const grownMebibytes = (after - before) / MEBIBYTE;
  assert.ok(grownMebibytes < 40, `grew by ${grownMebibytes} MiB, with 200 MB on their way`);
  assert.equal((await other.request('echo', 'unaffected')).result, 'unaffected');
  client.socket.resume();
  for (let n = 0; n < count; n++) {
    const { params } = await client.next();
    assert.equal((params as { n: number }).n, n);
  }
  assert.equal((await client.next()).result, 'done');
});

test('a client that sends what is no message, and reads no error reply, is closed with 1013', async (t) => {
  const gateway = await GatewayProcess.start(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.socket.pause();
  for (let n = 0; n < 400_000; n++) client.send('hello');
  const why = 'too many unread error replies';
  const closed = await gateway.logged('the end of the client', (line) => line['why'] === why);
  assert.equal(closed.msg, 'a client was closed');
  client.socket.resume();
  assert.deepEqual(await client.close(), { code: 1013, reason: why });
});

test('a process that stops reading makes its client wait, then be told, while others go on', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--receive-buffer', '64KiB'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  await client.request('stop-reading');
  let sent = 0;
  const sendMore = (count: number): void => {
    for (const end = sent + count; sent < end; sent++) {
      client.send(`{"jsonrpc":"2.0","id":"r${sent}","method":"m","params":"${'x'.repeat(1000)}"}`);
    }
  };
  sendMore(1000);
  const refused = await client.next();
  assert.deepEqual(refused.error, {
    code: -32001,
    message: 'Server overloaded; retry later.',
    data: { reason: 'receive_buffer_full', retryable: true },
  });
  let last = Number(String(refused.id).slice(1));
  assert.ok(last >= 128, `the request after ${last} others was refused`);
  sendMore(2000);
  while (last < sent - 1) {
    const { id, error } = await client.next();
    assert.equal(error?.data?.reason, 'receive_buffer_full');
    const n = Number(String(id).slice(1));
    assert.ok(n > last, `r${n} was refused after r${last}`);
    last = n;
  }
  client.send(`[{"id":1,"method":"m","params":"${'x'.repeat(2000)}"}]`);
  const array = await client.next();
  assert.deepEqual([array.id, array.error?.data?.reason], [null, 'receive_buffer_full']);
  assert.equal((await other.request('echo', 'unaffected')).result, 'unaffected');
  client.notify('a notification cannot be answered', 'x'.repeat(2000));
  assert.deepEqual(await client.close(), { code: 1013, reason: 'receive buffer full' });
  assert.equal((await other.request('echo', 'unaffected')).result, 'unaffected');
});

test('a client that does not read its refusals costs bounded memory, and gets each when it reads', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--receive-buffer', '64KiB'],
    command: ['/bin/sleep', '1000'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const before = residentBytes(gateway.pid);
  client.socket.pause();
  let sent = 0;
  // Until the kernel takes no more of it: the gateway has stopped reading.
  await until('the client is pushed back', () => {
    if (client.socket.bufferedAmount > MEBIBYTE / 4) return true;
    for (let n = 0; n < 2000; n++) client.send(`{"id":${sent++},"method":"m"}`);
    return false;
  });
  const grownBytes = (await settledMemory(gateway.pid)) - before;
  assert.ok(grownBytes < 40 * MEBIBYTE, `grew by ${grownBytes} bytes`);
  client.socket.resume();
  let refused = 0;
  for (let last = -1; last < sent - 1; refused++) {
    const { id, error } = await client.next();
    assert.equal(error?.data?.reason, 'receive_buffer_full');
    assert.ok(Number(id) > last, `${String(id)} was refused after ${last}`);
    last = Number(id);
  }
  // The others wait for the process: in its pipe, in the ring and in the receive buffer.
  assert.ok(sent - refused < 6_000, `${sent - refused} of ${sent} were not refused`);
});

test('broken answers of a client whose server does not read push it back', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: ['/bin/sleep', '1000'] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const broken = `{"id":"${'x'.repeat(64 * 1024)}","error":"none"}`;
  let sentBytes = 0;
  await until('the client is pushed back', () => {
    if (client.socket.bufferedAmount > 4 * MEBIBYTE) return true;
    assert.ok(sentBytes < 400 * MEBIBYTE, 'the gateway took all of it');
    for (let n = 0; n < 20; n++, sentBytes += broken.length) client.send(broken);
    return false;
  });
});

for (const { what, command } of [
  { what: 'the built-in echo', command: undefined },
  { what: 'a process', command: fixture('shared-server') },
]) {
  test(`the answers of ${what} to arrays wait for a client that stops reading`, async (t) => {
    const gateway = await GatewayProcess.start(t, command === undefined ? {} : { command });
    const client = await JsonRpcSocket.open(t, gateway.url);
    assert.equal((await client.request('m', 'warm up')).result, 'warm up');
    client.socket.pause();
    const count = 80;
    const params = 'x'.repeat(MEBIBYTE);
    for (let id = 0; id < count; id++)
      client.send(`[{"id":${id},"method":"m","params":["${params}"]}]`);
    await settledMemory(gateway.pid);
    client.socket.resume();
    for (let id = 0; id < count; id++) {
      const [answer] = JSON.parse(await client.nextFrame()) as [{ id: number; result: [string] }];
      assert.deepEqual([answer.id, answer.result[0].length], [id, MEBIBYTE]);
    }
  });
}

for (const mode of ['session', 'shared']) {
  test(`a stop waits for a client that has not read its answers yet, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: fixture('shared-server'),
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    assert.equal((await client.request('m', 'warm up')).result, 'warm up');
    client.socket.pause();
    const count = 30;
    const params = 'x'.repeat(MEBIBYTE / 4);
    for (let id = 0; id < count; id++)
      client.send(`{"id":${id},"method":"m","params":"${params}"}`);
    client.send('[{"id":"last","method":"m","params":"of an array"}]');
    await settledMemory(gateway.pid);
    gateway.process.kill('SIGTERM');
    await gateway.logged('the stop', ({ msg }) => msg === 'stopping');
    client.socket.resume();
    for (let id = 0; id < count; id++) assert.equal((await client.next()).id, id);
    assert.equal((JSON.parse(await client.nextFrame()) as [{ id: string }])[0].id, 'last');
    assert.equal((await client.close()).code, 1001);
  });
}

test('a stop says so where a client has not read its answers in the time it had', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--drain-timeout', '100ms'],
    command: fixture('shared-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await client.request('m', 'warm up')).result, 'warm up');
  client.socket.pause();
  const params = 'x'.repeat(MEBIBYTE / 4);
  for (let id = 0; id < 40; id++) client.send(`{"id":${id},"method":"m","params":"${params}"}`);
  await settledMemory(gateway.pid);
  gateway.process.kill('SIGTERM');
  await gateway.ended();
  assert.match(gateway.stderr, /still in flight at the stop/);
});

test('a process that never reads does not hold up a stop', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--drain-timeout', '100ms'],
    command: ['/bin/sleep', '1000'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (let n = 0; n < 1000; n++)
    client.send(`{"id":${n},"method":"m","params":"${'x'.repeat(500)}"}`);
  gateway.process.kill('SIGTERM');
  assert.equal((await client.close()).code, 1001);
  assert.equal((await gateway.ended()).code, 0);
});

test('a process that floods a client does not keep that client from being heard', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const server = (await client.request('process')).result as { pid: number };
  client.send('{"id":"flood","method":"flood","params":{"count":1000000,"bytes":1000}}');
  await client.next();
  client.socket.pause();
  client.notify('kill', { signal: 'SIGKILL' });
  await gateway.logged('the exit', ({ msg, signal, pid }) => {
    return msg === 'the process has exited' && signal === 'SIGKILL' && pid === server.pid;
  });
});
