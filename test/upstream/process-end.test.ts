import assert from 'node:assert/strict';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { LEAVE_GRACE_MS } from '../../src/limits.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { isAlive, pidOf } from '../support/process-table.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

test('a client that leaves ends its process and what the process has started', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const server = pidOf(await client.request('process'));
  const grandchild = pidOf(await client.request('grandchild'));
  assert.ok(isAlive(server) && isAlive(grandchild));
  client.socket.close();
  await until('server and grandchild are gone', () => !isAlive(server) && !isAlive(grandchild));
});

test('a process that ignores SIGTERM has its time, and is gone with its child after its client', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('stubborn-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const pids = (await client.next()).params as number[];
  assert.ok(pids.every(isAlive));
  const leftMs = performance.now();
  client.socket.terminate();
  await until('both are gone', () => !pids.some(isAlive));
  assert.ok(performance.now() - leftMs >= 2 * LEAVE_GRACE_MS);
});

test('a process that has not read what its client sent is gone too', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('stubborn-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const pids = (await client.next()).params as number[];
  for (let i = 0; i < 300; i++) client.notify('unread', 'x'.repeat(5000));
  client.socket.close();
  await until('both are gone', () => !pids.some(isAlive));
});

test('a process that exits closes its client with 1011 and the exit code, after every answer', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const count = 1000;
  for (let id = 0; id < count; id++) {
    client.send(`{"id":"r${id}","method":"m","params":"${'x'.repeat(500)}"}`);
  }
  client.send('{"method":"exit","params":{"code":3}}');
  for (let id = 0; id < count; id++) assert.equal((await client.next()).id, `r${id}`);
  assert.deepEqual(await client.close(), { code: 1011, reason: 'the server exited with code 3' });
});

test('a process that is killed closes its client with 1011 and the signal', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('kill', { signal: 'SIGKILL' });
  assert.deepEqual(await client.close(), { code: 1011, reason: 'the server was ended by SIGKILL' });
});

test('what an exited process has left behind does not keep its client waiting', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const grandchild = pidOf(await client.request('grandchild'));
  client.notify('exit', { code: 0 });
  assert.deepEqual(await client.close(), { code: 1000, reason: 'the server exited with code 0' });
  await until('the grandchild is gone', () => !isAlive(grandchild));
});

test('a child in a process group of its own that holds the output open does not either', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const daemon = pidOf(await client.request('grandchild', { own: true }));
  t.after(() => process.kill(daemon, 'SIGKILL'));
  client.notify('exit', { code: 5 });
  assert.deepEqual(await client.close(), { code: 1011, reason: 'the server exited with code 5' });
});

test('a program that is gone when a client comes closes that client with 1011 and says why', async (t) => {
  const folder = temporaryFolder(t);
  const program = join(folder, 'server');
  writeFileSync(program, '#!/bin/sh\nexec cat\n');
  chmodSync(program, 0o755);
  const gateway = await GatewayProcess.start(t, { command: [program] });
  rmSync(program);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const { code, reason } = await client.close();
  assert.equal(code, 1011);
  assert.match(reason, /^the server cannot be started: .*ENOENT/);
  await gateway.logged('the reason', ({ reason: logged }) => logged === reason);
  writeFileSync(program, '#!/bin/sh\nexec cat\n');
  chmodSync(program, 0o755);
  const next = await JsonRpcSocket.open(t, gateway.url);
  next.notify('still here');
  assert.equal((await next.next()).method, 'still here');
});

test('a program that the system refuses to run closes its client with 1011', async (t) => {
  const folder = temporaryFolder(t);
  const program = join(folder, 'server');
  writeFileSync(program, '#!/no/such/interpreter\n');
  chmodSync(program, 0o755);
  const gateway = await GatewayProcess.start(t, { command: [program] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const { code, reason } = await client.close();
  assert.equal(code, 1011);
  assert.match(reason, /^the server cannot be started: /);
  await gateway.logged('why', (line) => /interpreter in its first line/.test(String(line.reason)));
});

test('a process that closes its output is ended, and its client told', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    command: ['/bin/sh', '-c', 'exec 1>&-; exec sleep 1000'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await client.close()).code, 1011);
});

test('a process that closes its input is ended, and its client told', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    command: ['/bin/sh', '-c', 'exec 0<&-; exec sleep 1000'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('hello');
  assert.deepEqual(await client.close(), { code: 1011, reason: 'the server closed its input' });
});

test('a process that is killed is not taken for one that has closed its input', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    command: ['/bin/sh', '-c', 'exec 0<&-; sleep 0.3; kill -9 $$'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('hello');
  assert.deepEqual(await client.close(), { code: 1011, reason: 'the server was ended by SIGKILL' });
});

for (const mode of ['session', 'shared']) {
  test(`the log says with a warning that a process has failed, and what it said last, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--log-level', 'warn', '--mode', mode, '--max-restarts', '0'],
      command: ['/bin/sh', '-c', 'echo starting >&2; echo "need API_KEY" >&2; exit 2'],
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    assert.equal((await client.close()).reason, 'the server exited with code 2');
    const { lastLine, code } = await gateway.logged(
      'the end',
      ({ msg }) => msg === 'the process has exited',
    );
    assert.deepEqual([lastLine, code], ['need API_KEY', 2]);
  });
}
