import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { WebSocket } from 'ws';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { residentBytes } from '../support/process-table.js';
import { until, within } from '../support/until.js';
import { webSocketServer } from '../support/web-socket-server.js';

/** The URL of a WebSocket server; `serve` gets each of its connections. */
async function serving(t: TestContext, serve: (socket: WebSocket) => void): Promise<string> {
  const { server, url } = await webSocketServer(t);
  server.on('connection', serve);
  return url;
}

test('clients of a WebSocket server have a connection each, and bytes pass unchanged both ways', async (t) => {
  const received: string[] = [];
  let connections = 0;
  const url = await serving(t, (socket) => {
    connections++;
    socket.on('message', (data) => {
      received.push((data as Buffer).toString());
      socket.send('{ "result" : 1.50e+2 , "id" : 12345678901234567890 }');
    });
  });
  const gateway = await GatewayProcess.start(t, { args: ['--upstream', url] });
  const clients = [
    await JsonRpcSocket.open(t, gateway.url),
    await JsonRpcSocket.open(t, gateway.url),
  ];
  const frame = ' {"id" :12345678901234567890,\n"params":{"a":1,"a":2.0},"method":"\\u006d"} ';
  for (const client of clients) {
    client.send(frame);
    assert.equal(await client.nextFrame(), '{ "result" : 1.50e+2 , "id" : 12345678901234567890 }');
  }
  assert.deepEqual(received, [frame, frame]);
  assert.equal(connections, 2);
});

test('10000 pipelined requests through two gateways are all answered in order', async (t) => {
  const behind = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const gateway = await GatewayProcess.start(t, { args: ['--upstream', behind.url] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (let n = 0; n < 10_000; n++) client.send(`{"id":"n${n}","method":"m","params":${n}}`);
  for (let n = 0; n < 10_000; n++) assert.equal((await client.next()).result, n);
});

test('a server that nobody listens for closes the client with 1011 and says why, without credentials', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const gateway = await GatewayProcess.start(t, {
    args: ['--upstream', `ws://me:secret@127.0.0.1:${port}/path?token=secret`],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const { code, reason } = await client.close();
  assert.equal(code, 1011);
  assert.ok(reason.startsWith(`the server ws://127.0.0.1:${port} cannot be`), reason);
  assert.match(reason, /cannot be reached or has failed: .*ECONNREFUSED/);
  await gateway.logged('the reason', ({ msg }) => msg === 'the server is gone');
});

test('a server that closes the connection closes its client with 1011, after every answer', async (t) => {
  const url = await serving(t, (socket) => {
    socket.on('message', () => {
      for (let n = 0; n < 1000; n++) socket.send(`{"method":"m","params":${n}}`);
      socket.close(4001, 'enough');
    });
  });
  const gateway = await GatewayProcess.start(t, { args: ['--upstream', url] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('go');
  for (let n = 0; n < 1000; n++) assert.equal((await client.next()).params, n);
  const { code, reason } = await client.close();
  assert.equal(code, 1011);
  assert.match(reason, /closed the connection \(4001 enough\)/);
});

test('a client that leaves closes its connection to the server', async (t) => {
  let closed: Promise<unknown> | null = null;
  const url = await serving(t, (socket) => {
    closed = once(socket, 'close');
  });
  const gateway = await GatewayProcess.start(t, { args: ['--upstream', url] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('m');
  await until('the server has the connection', () => closed !== null);
  client.socket.close();
  await client.close();
  await within('the server sees the end', closed!);
});

test('a server that floods a client that does not read is read no further', async (t) => {
  let unsent = 0;
  const url = await serving(t, (socket) => {
    socket.on('message', () => {
      const padding = 'x'.repeat(10_000);
      for (let n = 0; n < 10_000; n++) {
        unsent++;
        socket.send(`{"method":"m","params":{"n":${n},"padding":"${padding}"}}`, () => unsent--);
      }
    });
  });
  const gateway = await GatewayProcess.start(t, { args: ['--upstream', url] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const before = residentBytes(gateway.pid);
  client.notify('go');
  client.socket.pause();
  let [last, steadyLooks] = [-1, 0];
  await until('the server cannot send any more', () => {
    steadyLooks = unsent > 0 && unsent === last ? steadyLooks + 1 : 0;
    last = unsent;
    return steadyLooks >= 25;
  });
  const grownBytes = residentBytes(gateway.pid) - before;
  assert.ok(grownBytes < 40_000_000, `grew by ${grownBytes} bytes`);
  client.socket.resume();
  for (let n = 0; n < 10_000; n++) {
    assert.equal(((await client.next()).params as { n: number }).n, n);
  }
});

test('a message of a WebSocket server above --max-payload closes its client with 1009', async (t) => {
  const url = await serving(t, (socket) => {
    socket.on('message', () => socket.send(`{"id":1,"result":"${'x'.repeat(20_000)}"}`));
  });
  const gateway = await GatewayProcess.start(t, {
    args: ['--upstream', url, '--max-payload', '10000'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"id":1,"method":"m"}');
  const reason = 'the server sent a message above 10000 bytes';
  assert.deepEqual(await client.close(), { code: 1009, reason });
});

test('a server that chooses a subprotocol is asked for one with --subprotocol, and else the error says so', async (t) => {
  const { server, url } = await webSocketServer(t, { handleProtocols: () => 'mcp' });
  // As servers of the Python SDK do, which do not look at what was asked for.
  server.on('headers', (headers: string[]) => {
    if (!headers.some((line) => /^Sec-WebSocket-Protocol:/i.test(line)))
      headers.push('Sec-WebSocket-Protocol: mcp');
  });
  server.on('connection', (socket) => {
    socket.on('message', () => socket.send('{"id":1,"result":1}'));
  });
  const asking = await GatewayProcess.start(t, {
    args: ['--upstream', url, '--subprotocol', 'mcp'],
  });
  const client = await JsonRpcSocket.open(t, asking.url);
  assert.equal((await client.request('m')).result, 1);
  const silent = await GatewayProcess.start(t, { args: ['--upstream', url] });
  const other = await JsonRpcSocket.open(t, silent.url);
  const { code, reason } = await other.close();
  assert.equal(code, 1011);
  assert.match(reason, /Server sent a subprotocol but none was requested/);
  await silent.logged('the hint', (line) => /\(--subprotocol\)$/.test(String(line.reason)));
});
