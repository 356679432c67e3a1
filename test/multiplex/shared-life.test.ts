import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import type { Message } from '../support/json-rpc-socket.js';
import { childrenOf, isAlive, processesNaming } from '../support/process-table.js';
import { SharedGateway, seenBy, seenWith } from '../support/shared-gateway.js';
import { until } from '../support/until.js';

/** Processes of the shared server behind this gateway. */
function serversOf(gateway: GatewayProcess): number[] {
  const servers = processesNaming('fixtures/shared-server.js');
  return childrenOf(gateway.pid).filter((pid) => servers.includes(pid));
}

test('the process is started with the first client, and with --eager at once', async (t) => {
  const lazy = await SharedGateway.start(t);
  assert.deepEqual(serversOf(lazy.process), []);
  const clients = await Promise.all([lazy.connect(), lazy.connect(), lazy.connect()]);
  const pids = await Promise.all(clients.map((client) => client.request('process')));
  assert.equal(new Set(pids.map(({ result }) => result)).size, 1);
  assert.equal(serversOf(lazy.process).length, 1);
  const eager = await SharedGateway.start(t, '--eager', '--mode', 'pool', '--pool-size', '3');
  await until('three are there', () => serversOf(eager.process).length === 3);
});

test('--idle-timeout ends it after the last client, and the next one starts another, without its handshake', async (t) => {
  const gateway = await SharedGateway.start(t, '--idle-timeout', '0s');
  const first = await gateway.connectMcp();
  const { result: pid } = await first.request('process');
  first.socket.close();
  await until('it has ended', () => !isAlive(pid as number));
  const second = await gateway.connect();
  assert.equal((await seenWith(second, 'initialize')).length, 0);
  assert.deepEqual((await second.request('initialize')).result, { initializations: 1 });
});

test('a client that comes while an idle process ends waits for the next one', async (t) => {
  const gateway = await SharedGateway.start(t, '--idle-timeout', '0s');
  for (let n = 0; n < 10; n++) {
    const client = await gateway.connectMcp();
    assert.equal((await client.request('m', n)).result, n);
    client.socket.close();
    await client.close();
  }
});

test('a client that leaves while the server waits to be started again leaves it startable', async (t) => {
  const gateway = await SharedGateway.start(t, '--idle-timeout', '0s');
  const first = await gateway.connect();
  first.notify('die');
  await gateway.process.logged('its end', ({ delayMs }) => delayMs === 100);
  first.socket.close();
  await first.close();
  const second = await gateway.connect();
  assert.equal((await second.request('m', 1)).result, 1);
});

test('a new client of a pool goes to the process with the fewest, and stays there', async (t) => {
  const gateway = await SharedGateway.start(t, '--mode', 'pool', '--pool-size', '2');
  const pidOf = async (client: Awaited<ReturnType<typeof gateway.connect>>): Promise<unknown> =>
    (await client.request('process')).result;
  const clients = [
    await gateway.connect(),
    await gateway.connect(),
    await gateway.connect(),
    await gateway.connect(),
  ];
  const pids = await Promise.all(clients.map(pidOf));
  assert.deepEqual([pids[0], pids[1]], [pids[2], pids[3]]);
  assert.notEqual(pids[0], pids[1]);
  clients[1]!.socket.close();
  clients[3]!.socket.close();
  await Promise.all([clients[1]!.close(), clients[3]!.close()]);
  const later = [await gateway.connect(), await gateway.connect()];
  assert.deepEqual(await Promise.all(later.map(pidOf)), [pids[1], pids[1]]);
  assert.equal(await pidOf(clients[0]!), pids[0]);
});

test('a process of a pool cannot answer what another one was asked', async (t) => {
  const gateway = await SharedGateway.start(t, '--mode', 'pool', '--pool-size', '2');
  const [first, second] = [await gateway.connect(), await gateway.connect()];
  first.send('{"id":"a","method":"hold","params":"real"}');
  const { id } = JSON.parse((await seenWith(first, '"hold"'))[0]!) as { id: number };
  await second.request('print', { text: `{"id":${id},"result":"forged"}` });
  first.notify('release');
  assert.equal((await first.next()).result, 'real');
});

test('a stop waits for what is in flight', async (t) => {
  const gateway = await SharedGateway.start(t);
  const [waiting, other] = await Promise.all([gateway.connect(), gateway.connect()]);
  waiting.send('{"id":1,"method":"hold","params":"answered"}');
  await seenBy(waiting);
  const [pid] = serversOf(gateway.process);
  gateway.process.process.kill('SIGTERM');
  await gateway.process.logged('the stop', ({ msg }) => msg === 'stopping');
  other.notify('release');
  assert.equal((await waiting.next()).result, 'answered');
  assert.equal((await waiting.close()).code, 1001);
  assert.equal((await gateway.process.ended()).code, 0);
  assert.equal(isAlive(pid!), false);
});

test('a client on standard input shares the server; at its end it has its answers', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--mode', 'shared'],
    command: fixture('shared-server'),
  });
  gateway.process.stdin.end(
    '{"id":"a","method":"initialize"}\n{"method":"initialized"}\n' +
      '{"id":"b","method":"hold","params":1}\n{"id":"c","method":"ask"}\n{"method":"release"}\n',
  );
  await until(
    'the server asks',
    () => gateway.stdout.includes('question') || gateway.process.exitCode !== null,
  );
  // Its input has ended: nobody will answer, and the gateway does not wait for ever.
  gateway.process.kill('SIGTERM');
  await gateway.ended();
  const ids = gateway.stdout
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id?: unknown }).id);
  assert.deepEqual(ids.slice(0, 2), ['a', 1]);
  assert.ok(ids.includes('b'));
});

test('what a client on standard input asked is answered with an error --drain-timeout after the end', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--mode', 'shared', '--drain-timeout', '2s'],
    command: fixture('shared-server'),
  });
  gateway.process.stdin.end('{"id":"a","method":"m","params":5}\n{"id":"b","method":"hold"}\n');
  assert.equal((await gateway.ended()).code, 1);
  const answers = gateway.stdout.trim().split('\n');
  assert.deepEqual(
    answers.map((line) => {
      const { id, result, error } = JSON.parse(line) as Message;
      return [id, result ?? error?.code];
    }),
    [
      ['a', 5],
      ['b', -32002],
    ],
  );
  assert.match(
    gateway.stderr,
    /messages were not taken or answered within 2 s after the end of the input/,
  );
});

for (const mode of ['shared', 'session']) {
  test(`what a server does not read at the end of the input is a failure, in mode ${mode}`, async (t) => {
    const gateway = GatewayProcess.overStdio(t, {
      args: ['--mode', mode, '--drain-timeout', '300ms'],
      command: ['/bin/sleep', '1000'],
    });
    const note = `{"method":"m","params":"${'x'.repeat(10_000)}"}\n`;
    gateway.process.stdin.end(`${note.repeat(100)}{"id":1,"method":"last"}\n`);
    assert.equal((await gateway.ended()).code, 1);
    assert.match(gateway.stderr, /messages were not taken or answered within 0\.3 s/);
  });
}
