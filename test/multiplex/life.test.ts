import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { sharedGateway } from '../support/shared-gateway.js';
import { until } from '../support/until.js';

function childrenOf(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(file) ? readFileSync(file, 'utf8').trim() : '';
  return children === '' ? [] : children.split(' ').map(Number);
}

/** Children that run node; the orphan guard is a shell. */
function servers(gateway: GatewayProcess): number[] {
  return childrenOf(gateway.pid).filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('server.js');
    } catch {
      return false;
    }
  });
}

test('the process is started with the first client, or at once with --eager', async (t) => {
  const lazy = await sharedGateway(t);
  assert.equal(servers(lazy).length, 0);
  const client = await JsonRpcSocket.open(t, lazy.url);
  await client.request('echo');
  assert.equal(servers(lazy).length, 1);
  const eager = await GatewayProcess.start(t, {
    args: ['--mode', 'pool', '--pool-size', '3', '--eager'],
    command: fixture('recording-server'),
  });
  assert.equal(servers(eager).length, 3);
});

test('it is kept for --idle-timeout after its last client, and started again for the next', async (t) => {
  const gateway = await sharedGateway(t, ['--idle-timeout', '300ms']);
  const client = await JsonRpcSocket.open(t, gateway.url);
  await client.request('echo');
  client.socket.close();
  await client.close();
  const again = await JsonRpcSocket.open(t, gateway.url);
  await again.request('echo');
  again.socket.close();
  await until('the process is ended', () => servers(gateway).length === 0);
  const next = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await next.request('echo', 'new')).result, 'new');
});

test('a client that does not read is closed with 1013, and others do not wait for it', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--client-overflow', '1MiB', '--slow-client-grace', '60s'],
    command: fixture('scripted-server'),
  });
  const slow = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  await slow.request('echo');
  slow.socket.pause();
  // What the sockets' buffers take comes before the overflow.
  slow.send(JSON.stringify({ id: 'f', method: 'echo', params: ['x'.repeat(8_000_000)] }));
  slow.send(JSON.stringify({ id: 'g', method: 'echo', params: ['x'.repeat(8_000_000)] }));
  assert.equal((await other.request('echo', 'not held up')).result, 'not held up');
  await until('the slow client is let go', () =>
    gateway.logs.some(({ msg }) => msg === 'a client is too slow and is closed'),
  );
  slow.socket.resume();
  const { code } = await slow.close();
  assert.ok(code === 1013 || code === 1006, `closed with ${code}`);
  assert.equal((await other.request('echo', 'still there')).result, 'still there');
});

test('a client that does not read gets its time of grace, and no more', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--slow-client-grace', '500ms'],
    command: fixture('scripted-server'),
  });
  const slow = await JsonRpcSocket.open(t, gateway.url);
  await slow.request('echo');
  slow.socket.pause();
  const padding = 'x'.repeat(50_000);
  for (let n = 0; n < 300; n++)
    slow.send(JSON.stringify({ id: n, method: 'echo', params: padding }));
  await until('the slow client is let go', () =>
    gateway.logs.some(({ msg }) => msg === 'a client is too slow and is closed'),
  );
});

test('requests in flight are finished at a stop, then the process is ended', async (t) => {
  const gateway = await sharedGateway(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const helper = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"id":"late","method":"hold","params":["done"]}');
  await client.request('echo');
  const [server] = servers(gateway);
  gateway.process.kill('SIGTERM');
  helper.notify('release');
  assert.deepEqual((await client.next()).result, ['done']);
  assert.equal((await client.close()).code, 1001);
  assert.deepEqual(await gateway.exited, { code: 0, signal: null });
  await until('the server is gone', () => !existsSync(`/proc/${String(server)}`));
});

test('a stdio client shares the process, and its answers come before the end', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--mode', 'shared'],
    command: fixture('recording-server'),
  });
  gateway.process.stdin.end(
    '{"id":"a","method":"echo","params":[1]}\n{"id":"b","method":"echo"}\n',
  );
  await gateway.exited;
  assert.equal(
    gateway.stdout,
    '{"jsonrpc":"2.0","id":"a","result":[1]}\n{"jsonrpc":"2.0","id":"b","result":null}\n',
  );
});
