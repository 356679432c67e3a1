import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { STOP_GRACE_MS } from '../../src/limits.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { JsonRpcStream } from '../support/json-rpc-stream.js';
import { childrenOf, isAlive, listeningPorts, pidOf } from '../support/process-table.js';
import { until } from '../support/until.js';

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`at ${signal} what is in flight is finished, clients are closed with 1001, and the exit code is 0`, async (t) => {
    const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
    const client = await JsonRpcSocket.open(t, gateway.url);
    const server = pidOf(await client.request('process'));
    const grandchild = pidOf(await client.request('grandchild'));
    const held = client.request('hold', 'late');
    await client.request('anything');
    gateway.process.kill(signal);
    await until('no new client is accepted', () => !isListening(gateway));
    client.notify('release');
    assert.equal((await held).result, 'late');
    assert.deepEqual(await client.close(), { code: 1001, reason: 'the gateway is stopping' });
    assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
    assert.ok(!isAlive(server) && !isAlive(grandchild));
  });
}

test('a signal before clients are accepted ends the start, with exit code 0', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--mode', 'shared', '--eager'],
    command: fixture('shared-server'),
  });
  await gateway.logged('the start', ({ msg }) => msg === 'kernel');
  gateway.process.kill('SIGTERM');
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
});

test('during a stop a connection that was open before hears from /readyz that it is draining', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const held = client.request('hold', 'late');
  await client.request('anything');
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  t.after(() => agent.destroy());
  const url = `${gateway.url.replace('ws:', 'http:')}/readyz`;
  assert.equal(await statusOf(url, agent), 200);
  gateway.process.kill('SIGTERM');
  await until('no new client is accepted', () => !isListening(gateway));
  assert.equal(await statusOf(url, agent), 503);
  client.notify('release');
  assert.equal((await held).result, 'late');
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
});

async function statusOf(url: string, agent: Agent): Promise<number> {
  const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'end');
  return response.statusCode!;
}

test('a stop does not wait for an answer longer than --drain-timeout', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--drain-timeout', '300ms'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"id":1,"method":"hold"}');
  await client.request('anything');
  gateway.process.kill('SIGTERM');
  assert.equal((await client.close()).code, 1001);
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
  assert.ok(gateway.logs.some(({ msg }) => msg === 'messages were still in flight at the stop'));
});

test('a stop ends a child that ignores the end of its input and SIGTERM', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('stubborn-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const pids = (await client.next()).params as number[];
  const askedMs = performance.now();
  gateway.process.kill('SIGTERM');
  assert.equal((await client.close()).code, 1001);
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
  assert.ok(!pids.some(isAlive));
  // What its clients' leaving gives it is half of that.
  assert.ok(performance.now() - askedMs >= 2 * STOP_GRACE_MS);
});

test('a second signal ends the gateway at once, and the children shortly after', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('stubborn-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const pids = (await client.next()).params as number[];
  gateway.process.kill('SIGTERM');
  await client.close();
  const ended = gateway.ended();
  await until('it has ended', () => !gateway.process.kill('SIGTERM'));
  assert.deepEqual(await ended, { code: 1, signal: null });
  assert.match(gateway.stderr, /stopped at once, at a second signal/);
  await until('the children are gone', () => !pids.some(isAlive));
});

test('a signal that is sent twice, to the process and its group, is one', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const held = client.request('hold', 'late');
  await client.request('anything');
  gateway.process.kill('SIGTERM');
  gateway.process.kill('SIGTERM');
  await until('no new client is accepted', () => !isListening(gateway));
  client.notify('release');
  assert.equal((await held).result, 'late');
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
});

for (const mode of ['session', 'shared']) {
  test(`a signal after the end of standard input waits for no answer, in mode ${mode}`, async (t) => {
    const gateway = GatewayProcess.overStdio(t, {
      args: ['--mode', mode, '--drain-timeout', '1h', '--log-level', 'debug'],
      command: fixture(mode === 'shared' ? 'shared-server' : 'scripted-server'),
    });
    const client = new JsonRpcStream(gateway.process);
    client.send('{"id":1,"method":"hold"}\n{"id":2,"method":"m","params":2}\n');
    assert.equal((await client.next()).id, 2);
    client.end();
    await gateway.logged('the end', ({ msg }) => msg === 'standard input has ended');
    gateway.process.kill('SIGTERM');
    assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
  });
}

test('children end within seconds of a gateway that was killed with SIGKILL', async (t) => {
  const stubborn = await GatewayProcess.start(t, { command: fixture('stubborn-server') });
  const scripted = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const first = await JsonRpcSocket.open(t, stubborn.url);
  const second = await JsonRpcSocket.open(t, scripted.url);
  const pids = [
    ...((await first.next()).params as number[]),
    pidOf(await second.request('process')),
    pidOf(await second.request('grandchild')),
    ...childrenOf(stubborn.pid),
    ...childrenOf(scripted.pid),
  ];
  assert.ok(pids.every(isAlive));
  stubborn.process.kill('SIGKILL');
  scripted.process.kill('SIGKILL');
  await until('all of them are gone', () => !pids.some(isAlive));
});

test('a guard that was killed is started again, and ends the children then', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const server = pidOf(await client.request('process'));
  const grandchild = pidOf(await client.request('grandchild'));
  const guards = (): number[] => childrenOf(gateway.pid).filter((pid) => pid !== server);
  const [guard] = guards();
  process.kill(guard!, 'SIGKILL');
  await gateway.logged('the end of the guard', ({ msg }) => msg?.startsWith('the guard') === true);
  await until('there is another guard', () => guards().some((pid) => pid !== guard));
  gateway.process.kill('SIGKILL');
  await until('all of them are gone', () => !isAlive(server) && !isAlive(grandchild));
});

test('a gateway that nobody has used stops at once', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--drain-timeout', '1h'],
    command: fixture('scripted-server'),
  });
  gateway.process.kill('SIGTERM');
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
});

function isListening(gateway: GatewayProcess): boolean {
  return listeningPorts().includes(Number(new URL(gateway.url).port));
}
