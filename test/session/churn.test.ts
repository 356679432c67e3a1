import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { Random } from '../../src/bench/statistics/random.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { childrenOf, descriptorCount, isAlive, listeningPorts } from '../support/process-table.js';
import { until, within } from '../support/until.js';

const CONNECTIONS = 500;
const AT_ONCE = 40;
const SEED = 20_240_229;

/** One client that comes, sends some messages or none, and leaves in one of several ways. */
async function comeAndGo(url: string, random: Random): Promise<void> {
  const socket = new WebSocket(url, { perMessageDeflate: false });
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  const [messages, manner, answers] = [
    random.nextBelow(20),
    random.nextBelow(10),
    random.nextBelow(2) === 0,
  ];
  if (manner < 1) {
    // During the handshake.
    setImmediate(() => socket.terminate());
    await closed;
    return;
  }
  await once(socket, 'open');
  for (let n = 0; n < messages; n++) {
    socket.send(`{"id":${n},"method":"m","params":"${'x'.repeat(random.nextBelow(5000))}"}`);
  }
  if (answers && messages > 0) await once(socket, 'message');
  if (manner < 4) socket.terminate();
  else if (manner < 5) socket.send('{"half of a message', { fin: false }, () => socket.terminate());
  else socket.close();
  await closed;
}

async function comeAndGoAll(url: string): Promise<void> {
  const random = new Random(SEED);
  let left = CONNECTIONS;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await comeAndGo(url, random);
  };
  await within('all have left', Promise.all(Array.from({ length: AT_ONCE }, worker)), 40_000);
}

/** Lets everybody come and go, and looks at what is left of them. */
async function churn(t: TestContext, gateway: GatewayProcess): Promise<void> {
  const random = new Random(SEED);
  await Promise.all(Array.from({ length: 5 }, () => comeAndGo(gateway.url, random)));
  const children = (): number[] => childrenOf(gateway.pid);
  // The guard, where there are processes to guard.
  await until('the first processes are gone', () => children().length <= 1);
  let descriptors = 0;
  await until('the descriptors are steady', () => {
    const before = descriptors;
    descriptors = descriptorCount(gateway.pid);
    return descriptors === before;
  });
  await comeAndGoAll(gateway.url);
  await until('no process is left', () => children().length <= 1);
  await until('no descriptor is left', () => descriptorCount(gateway.pid) <= descriptors);
  const guard = children();
  const port = Number(new URL(gateway.url).port);
  assert.ok(listeningPorts().includes(port));
  gateway.process.kill('SIGTERM');
  assert.deepEqual(await gateway.ended(), { code: 0, signal: null });
  assert.ok(!listeningPorts().includes(port));
  await until('the guard is gone', () => !guard.some(isAlive));
  t.diagnostic(`${descriptors} descriptors before and after ${CONNECTIONS} connections`);
}

test(`${CONNECTIONS} connections that come and go at random leave no process, descriptor or listener`, async (t) => {
  await churn(t, await GatewayProcess.start(t, { command: ['/bin/cat'] }));
});

test(`${CONNECTIONS} connections that come and go at random leave nothing with the built-in echo`, async (t) => {
  await churn(t, await GatewayProcess.start(t));
});

test(`${CONNECTIONS} connections that come and go at random leave no connection to a server`, async (t) => {
  const server = await GatewayProcess.start(t);
  const descriptors = descriptorCount(server.pid);
  await churn(t, await GatewayProcess.start(t, { args: ['--upstream', server.url] }));
  await until('the server has no connection left', () => {
    return descriptorCount(server.pid) <= descriptors;
  });
});
