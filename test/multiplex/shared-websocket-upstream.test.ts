import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { WebSocket } from 'ws';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';
import { JsonRpcStream } from '../support/json-rpc-stream.js';
import { type ListeningServer, webSocketServer } from '../support/web-socket-server.js';

/** A WebSocket server whose connections are remembered, with what came over each. */
class Server {
  readonly connections: { readonly socket: WebSocket; readonly seen: string[] }[] = [];
  readonly url: string;
  readonly close: () => Promise<void>;

  private constructor({ server, url, close }: ListeningServer) {
    this.url = url;
    this.close = close;
    server.on('connection', (socket) => {
      const seen: string[] = [];
      this.connections.push({ socket, seen });
      socket.on('message', (data) => {
        const text = (data as Buffer).toString();
        seen.push(text);
        const { id, method, params } = JSON.parse(text) as Record<string, unknown>;
        if (id !== undefined && method !== 'hold') {
          const reply = { jsonrpc: '2.0', id, result: params ?? null };
          const text = JSON.stringify(reply, null, method === 'pretty' ? 1 : 0);
          socket.send(text.replaceAll('\n', '\r\n'));
        }
      });
    });
  }

  static async listen(t: TestContext, port = 0): Promise<Server> {
    return new Server(await webSocketServer(t, { port }));
  }
}

test('clients share one connection; when it is lost they stay, and it is made again', async (t) => {
  const server = await Server.listen(t);
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--upstream', server.url],
  });
  const clients = [
    await JsonRpcSocket.open(t, gateway.url),
    await JsonRpcSocket.open(t, gateway.url),
  ];
  for (const [n, client] of clients.entries()) {
    assert.deepEqual((await client.request('initialize', { n })).result, { n: 0 });
    client.notify('initialized');
    client.send(`{"id":"h${n}","method":"hold"}`);
    assert.equal((await client.request('m', n)).result, n);
  }
  assert.equal(server.connections.length, 1);

  await server.close();
  for (const client of clients) {
    const { error } = await client.next();
    const exit = { code: null, signal: null, closeCode: 1006 };
    assert.deepEqual(error?.data, { reason: 'upstream_exited', ...exit });
  }
  // Requests that come while nobody is there wait, attempt after attempt.
  clients[0]!.send('{"id":"w","method":"m","params":"waited"}');
  await gateway.logged('a second attempt', ({ delayMs }) => delayMs === 200);
  const next = await Server.listen(t, Number(new URL(server.url).port));
  assert.equal((await clients[0]!.next()).result, 'waited');
  assert.equal((await clients[1]!.request('m', 1)).result, 1);
  assert.equal(next.connections.length, 1);
  const methods = next.connections[0]!.seen.map(
    (text) => (JSON.parse(text) as { method: string }).method,
  );
  assert.deepEqual(methods, ['initialize', 'initialized', 'm', 'm']);
});

for (const mode of ['session', 'shared']) {
  test(`what a server writes on several lines is one line for a stdio client, in mode ${mode}`, async (t) => {
    const server = await Server.listen(t);
    const upstream = server.url;
    const gateway = GatewayProcess.overStdio(t, { args: ['--mode', mode, '--upstream', upstream] });
    const client = new JsonRpcStream(gateway.process);
    client.send('{"id":1,"method":"pretty","params":{"a":[1,"b"]}}\n');
    assert.deepEqual((await client.next()).result, { a: [1, 'b'] });
    client.send('[{"id":2,"method":"pretty","params":{"c":3}}]\n');
    const [part] = (await client.next()) as unknown as Message[];
    assert.deepEqual(part?.result, { c: 3 });
  });
}

test('what a client writes on several lines reaches a WebSocket server so, whatever is rewritten in it', async (t) => {
  const server = await Server.listen(t);
  const upstream = server.url;
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--upstream', upstream],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('{\r\n"method":"m",\n"id":"a","params":{"_meta":{"progressToken":\n"t"}}}');
  await client.next();
  assert.match(
    server.connections[0]!.seen[0]!,
    /^\{\r\n"method":"m",\n"id":\d+,"params":\{"_meta":\{"progressToken":\n"sluice-\d+"\}\}\}$/,
  );
});
