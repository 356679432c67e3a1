import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { inspect } from 'node:util';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import {
  type AcceptedSocket,
  type AcceptWebSocketsOptions,
  acceptWebSockets,
  JsonRpcConnection,
  type WebSocketAcceptor,
} from '../../src/index.js';
import { allEvents, nextEvents } from '../support/connection-events.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { selfSigned } from '../support/self-signed.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { until } from '../support/until.js';

/** What accepts clients for the length of a test, and the socket of the first one. */
async function accepting(
  t: TestContext,
  options: Partial<AcceptWebSocketsOptions> = {},
): Promise<{ acceptor: WebSocketAcceptor; first: Promise<AcceptedSocket> }> {
  let tell: (socket: AcceptedSocket) => void = () => undefined;
  const first = new Promise<AcceptedSocket>((resolve) => (tell = resolve));
  const listen = 'ws://127.0.0.1:0';
  const acceptor = await acceptWebSockets({ listen, onConnection: tell, ...options });
  t.after(() => acceptor.close());
  return { acceptor, first };
}

const REQUESTS = 1000;
const PADDING = 'x'.repeat(1000);

function request(id: number): string {
  return `{"id":${id},"method":"m","params":"${PADDING}"}`;
}

test('a message above the limit closes with 1009, which the connection names', async (t) => {
  const { acceptor, first } = await accepting(t);
  const other = await JsonRpcSocket.open(t, acceptor.url);
  const parts = JsonRpcConnection.fromWebSocket(await first, 'peer').intoParts();
  other.send(Buffer.alloc(16 * 1024 * 1024 + 1, ' '));
  assert.equal((await other.close()).code, 1009);
  assert.deepEqual(await allEvents(parts), [
    'disconnected failed to read websocket JSON-RPC message from peer: message above 16777216 bytes',
  ]);
});

test('what a client sends before its connection is made is kept, also of one that has left', async (t) => {
  const { acceptor, first } = await accepting(t);
  const other = await JsonRpcSocket.open(t, acceptor.url);
  other.send('{"method":"early"}');
  other.socket.close();
  await other.close();
  const parts = JsonRpcConnection.fromWebSocket(await first, 'peer').intoParts();
  assert.deepEqual(await allEvents(parts), ['message {"method":"early"}', 'disconnected null']);
});

test('above receiveBufferBytes requests are answered with an error, and the application gets the others', async (t) => {
  const { acceptor, first } = await accepting(t, { receiveBufferBytes: 64 * 1024 });
  const other = await JsonRpcSocket.open(t, acceptor.url);
  const parts = JsonRpcConnection.fromWebSocket(await first, 'peer').intoParts();
  for (let id = 0; id < REQUESTS; id++) other.send(request(id));
  const refused = await other.next();
  assert.deepEqual(refused.error?.data, { reason: 'receive_buffer_full', retryable: true });
  // Nobody takes anything, so that from the first one on there is room for none.
  const kept = Number(refused.id);
  for (let id = kept + 1; id < REQUESTS; id++) assert.equal((await other.next()).id, id);
  assert.deepEqual(
    await nextEvents(parts, kept),
    Array.from({ length: kept }, (_, id) => `message ${request(id)}`),
  );
  other.notify('m', 'there is room again');
  const [event] = await nextEvents(parts, 1);
  assert.match(event!, /there is room again/);
});

test('a client that sends more than receiveBufferBytes before its connection is made is closed with 1013', async (t) => {
  const { acceptor, first } = await accepting(t, { receiveBufferBytes: 64 * 1024 });
  const other = await JsonRpcSocket.open(t, acceptor.url);
  for (let id = 0; id < REQUESTS; id++) other.send(request(id));
  assert.deepEqual(await other.close(), { code: 1013, reason: 'receive buffer full' });
  const parts = JsonRpcConnection.fromWebSocket(await first, 'peer').intoParts();
  assert.deepEqual(await allEvents(parts), [
    'disconnected failed to read websocket JSON-RPC message from peer: receive buffer full',
  ]);
});

test('stopAccepting() lets nobody else in, and those that are there stay until close()', async (t) => {
  const { acceptor, first } = await accepting(t);
  const other = await JsonRpcSocket.open(t, acceptor.url);
  const { incoming, outgoing } = JsonRpcConnection.fromWebSocket(await first, 'peer').intoParts();
  acceptor.stopAccepting();
  acceptor.stopAccepting();
  await assert.rejects(once(new WebSocket(acceptor.url), 'open'), { code: 'ECONNREFUSED' });
  other.send('{"method":"still here"}');
  assert.deepEqual(await nextEvents({ incoming }, 1), ['message {"method":"still here"}']);
  await outgoing.send({ method: 'so are we' });
  assert.equal((await other.next()).method, 'so are we');
  acceptor.close();
  assert.deepEqual(await other.close(), { code: 1001, reason: 'going away' });
  assert.deepEqual(await allEvents({ incoming }), ['disconnected null']);
});

test('a port that is taken is refused with SLUICE_ERR_LISTEN', async (t) => {
  const { acceptor } = await accepting(t);
  const { port } = new URL(acceptor.url);
  await assert.rejects(accepting(t, { listen: acceptor.url }), {
    name: 'SluiceError',
    code: 'SLUICE_ERR_LISTEN',
    message: new RegExp(`^cannot listen on 127\\.0\\.0\\.1:${port}: the port is in use`),
  });
});

test('a certificate and a key that cannot be used are refused with SLUICE_ERR_TLS', async (t) => {
  const [one, another] = [selfSigned(t), selfSigned(t)];
  for (const [certFile, keyFile, why] of [
    [one.certFile, another.keyFile, /: the key is of another certificate; both must be PEM/],
    [one.keyFile, one.certFile, /key\.pem is no certificate/],
    [one.certFile, '/no/such/key.pem', /cannot read \/no\/such\/key\.pem: no such file/],
  ] as const) {
    await assert.rejects(
      accepting(t, { listen: 'wss://127.0.0.1:0', tls: { certFile, keyFile } }),
      {
        name: 'SluiceError',
        code: 'SLUICE_ERR_TLS',
        message: why,
      },
    );
  }
});

test('the socket of a handler that fails is closed, and onError told; but not that a client has left', async (t) => {
  const errors: unknown[] = [];
  const { acceptor } = await accepting(t, {
    onConnection: async (socket) => {
      const { incoming, outgoing } = JsonRpcConnection.fromWebSocket(socket, 'peer').intoParts();
      for await (const event of incoming) {
        if (event.type === 'message') throw new Error(event.message.method);
      }
      await outgoing.send({ method: 'too late' });
    },
    onError: (error) => errors.push(error),
  });
  const leaving = await JsonRpcSocket.open(t, acceptor.url);
  leaving.socket.close();
  await leaving.close();
  const failing = await JsonRpcSocket.open(t, acceptor.url);
  failing.notify('fail');
  assert.equal((await failing.close()).code, 1011);
  assert.deepEqual(errors.map(String), ['Error: fail']);
});

for (const listen of ['http://127.0.0.1:1', 'ws://127.0.0.1', 'ws://127.0.0.1:70000']) {
  test(`acceptWebSockets() refuses to listen on ${listen}`, async () => {
    await assert.rejects(acceptWebSockets({ listen, onConnection: () => undefined }), {
      code: 'SLUICE_ERR_USAGE',
    });
  });
}

for (const wrong of [
  { pingIntervalSeconds: 945 },
  { pingIntervalSeconds: 0 },
  { maxPayloadBytes: Number.NaN },
  { maxPayloadBytes: 2 ** 30 },
  { maxConnections: 1.5 },
  { receiveBufferBytes: -1 },
  { onConnection: undefined },
  { onError: 5 },
  { log: {} },
  { allowedOrigins: '*' },
  { allowedOrigins: ['app.example'] },
  { allowedHosts: ['gateway.example:443'] },
  { tls: { certFile: 'a.pem', keyFile: 'b.pem' } },
  { listen: 'wss://127.0.0.1:0' },
  { listen: 'wss://127.0.0.1:0', tls: null },
  { listen: 'wss://127.0.0.1:0', tls: { certFile: 'a.pem' } },
  { listen: 'wss://127.0.0.1:0', tls: { cert: 'a.pem', key: 'b.pem' } },
]) {
  test(`acceptWebSockets() refuses ${inspect(wrong)}`, async () => {
    const options = { listen: 'ws://127.0.0.1:0', onConnection: () => undefined, ...wrong };
    await assert.rejects(acceptWebSockets(options as unknown as AcceptWebSocketsOptions), {
      code: 'SLUICE_ERR_USAGE',
    });
  });
}

test('a close that no frame can carry is refused, and leaves the connection open', async (t) => {
  const { acceptor, first } = await accepting(t);
  const other = await JsonRpcSocket.open(t, acceptor.url);
  const socket = await first;
  for (const code of [999, 1004, 1005, 1006, 1015, 2999, 5000, 1.5, -1, Number.NaN]) {
    assert.throws(() => socket.close(code), { code: 'SLUICE_ERR_USAGE', message: /close code is/ });
  }
  for (const reason of [null, 5, new Error('x')]) {
    assert.throws(() => socket.close(1000, reason as never), { code: 'SLUICE_ERR_USAGE' });
  }
  socket.close(3000, 'enough');
  assert.deepEqual(await other.close(), { code: 3000, reason: 'enough' });
});

test('a logger that throws is an uncaught exception, and the refused client has its answer', async (t) => {
  const log = pino({ serializers: { address: () => assert.fail('a serializer') } });
  const { acceptor } = await accepting(t, { maxConnections: 1, log });
  await JsonRpcSocket.open(t, acceptor.url);
  const thrown: string[] = [];
  const onThrown = process.rawListeners('uncaughtException') as NodeJS.UncaughtExceptionListener[];
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', ({ message }) => thrown.push(message));
  t.after(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of onThrown) process.on('uncaughtException', listener);
  });
  const second = new WebSocket(acceptor.url);
  const [error] = (await once(second, 'error')) as [Error];
  assert.match(error.message, /503/);
  await until('it is thrown', () => thrown.length > 0);
  assert.deepEqual(thrown, ['a serializer']);
});

for (const thread of ['main thread', 'worker thread']) {
  test(`an acceptor that is closed keeps nothing of its application (${thread})`, (t) => {
    const script = `
    import { acceptWebSockets } from 'sluice';
    import { Worker, isMainThread } from 'node:worker_threads';
    if (isMainThread && ${thread === 'worker thread'}) {
      new Worker(new URL(import.meta.url));
      await new Promise(() => undefined);
    }
    const finished = [];
    const registry = new FinalizationRegistry(() => finished.push(1));
    const run = async () => {
      const ofApplication = {};
      registry.register(ofApplication);
      const onConnection = () => ofApplication;
      const acceptor = await acceptWebSockets({ listen: 'ws://127.0.0.1:0', onConnection });
      acceptor.close();
    };
    for (let n = 0; n < 12; n++) await run();
    for (let n = 0; n < 50 && finished.length < 11; n++) {
      gc();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    console.log(finished.length >= 11);`;
    const { stdout, stderr } = runScript(t, ['--expose-gc', 'script.mjs'], script);
    assert.deepEqual([stdout, stderr], ['true\n', '']);
  });
}

test('a thread that ends with an acceptor open does not end the process', (t) => {
  const script = `
    const { Worker } = require('node:worker_threads');
    const code = \`
      import('sluice').then(async ({ acceptWebSockets }) => {
        await acceptWebSockets({ listen: 'ws://127.0.0.1:0', onConnection: () => undefined });
        throw new Error('thrown in the thread');
      });\`;
    const worker = new Worker(code, { eval: true });
    worker.on('error', ({ message }) => console.log(message));
    worker.on('exit', () => console.log('alive'));`;
  const { status, stdout } = runScript(t, ['-e', script]);
  assert.deepEqual([status, stdout], [0, 'thrown in the thread\nalive\n']);
});

/** Runs node where the package is to be found by its name. */
function runScript(t: TestContext, args: readonly string[], script = ''): SpawnSyncReturns<string> {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'script.mjs'), script);
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(
    fileURLToPath(new URL('../../../', import.meta.url)),
    join(folder, 'node_modules/sluice'),
  );
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}
