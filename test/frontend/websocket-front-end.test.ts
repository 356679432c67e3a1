import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { until, within } from '../support/until.js';

/** The HTTP status that answers a WebSocket handshake; 101 where it succeeds. */
async function upgradeStatus(t: TestContext, url: string, options: ClientOptions): Promise<number> {
  const socket = new WebSocket(url, options);
  t.after(() => socket.terminate());
  socket.on('error', () => undefined);
  const refused = once(socket, 'unexpected-response') as Promise<[unknown, IncomingMessage]>;
  const accepted = once(socket, 'open').then(() => 101);
  accepted.catch(() => undefined);
  return within(
    'an answer to the handshake',
    Promise.race([accepted, refused.then(([, { statusCode }]) => statusCode!)]),
  );
}

/** A WebSocket connection that reads nothing and answers no ping, as bytes. */
async function silentSocket(t: TestContext, url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  t.after(() => socket.destroy());
  socket.write(
    `GET / HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  assert.match(head.toString(), /^HTTP\/1\.1 101 /);
  return socket;
}

async function get(url: string, path: string, headers = {}): Promise<[number, string]> {
  const outgoing = request(new URL(path, url.replace(/^ws/, 'http')), { headers });
  outgoing.end();
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  let body = '';
  for await (const chunk of response) body += String(chunk);
  return [response.statusCode!, body];
}

test('text and binary frames are both messages, and answers come as text', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const kinds: boolean[] = [];
  client.socket.on('message', (_data, isBinary) => kinds.push(isBinary));
  client.send('{"id":1,"method":"m","params":"text"}', false);
  client.send(Buffer.from('{"id":2,"method":"m","params":"binary"}'), true);
  assert.equal((await client.next()).result, 'text');
  assert.equal((await client.next()).result, 'binary');
  assert.deepEqual(kinds, [false, false]);
});

test('a web page whose origin is not allowed is refused with 403', async (t) => {
  const { url } = await GatewayProcess.start(t);
  for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1', 'file://']) {
    assert.equal(await upgradeStatus(t, url, { headers: { origin } }), 403, origin);
  }
  assert.equal(await upgradeStatus(t, url, {}), 101);
});

test('--allow-origin lets that origin in, and no other', async (t) => {
  const { url } = await GatewayProcess.start(t, {
    args: ['--allow-origin', 'https://app.example', '--allow-origin', 'http://localhost:3000'],
  });
  for (const [origin, status] of [
    ['https://app.example', 101],
    ['HTTPS://APP.example', 101],
    ['http://localhost:3000', 101],
    ['http://app.example', 403],
    ['https://app.example.evil.example', 403],
    ['https://app.example:8443', 403],
    ['http://localhost', 403],
  ] as const) {
    assert.equal(await upgradeStatus(t, url, { headers: { origin } }), status, origin);
  }
});

test('a host that is no address of ours is refused with 403', async (t) => {
  const { url } = await GatewayProcess.start(t);
  const { port } = new URL(url);
  for (const [host, status] of [
    [`127.0.0.1:${port}`, 101],
    [`localhost:${port}`, 101],
    [`LOCALHOST:${port}`, 101],
    [`[::1]:${port}`, 101],
    ['127.0.0.1', 101],
    [`rebound.example:${port}`, 403],
    ['127.0.0.1.rebound.example', 403],
    ['localhost.rebound.example', 403],
    ['192.0.2.1', 403],
  ] as const) {
    assert.equal(await upgradeStatus(t, url, { headers: { host } }), status, host);
  }
});

test('a refusal with 403 is in the log, with the address and why', async (t) => {
  const gateway = await GatewayProcess.start(t);
  for (const [header, value, why] of [
    [
      'origin',
      'https://evil.example',
      'the origin "https://evil.example" is not allowed; start with --allow-origin to allow it',
    ],
    [
      'host',
      'rebound.example:80',
      'the host "rebound.example:80" is not an address of this gateway; start with --allow-host to allow it',
    ],
  ] as const) {
    const options = { localAddress: '127.0.0.2', headers: { [header]: value } };
    assert.equal(await upgradeStatus(t, gateway.url, options), 403);
    const { time, ...line } = await gateway.logged(why, (logged) => logged['why'] === why);
    assert.equal(typeof time, 'number');
    assert.deepEqual(line, {
      level: 40,
      address: '127.0.0.2',
      why,
      unlogged: 0,
      msg: 'a connection was refused',
    });
  }
});

test('--allow-host lets that name in, and * lets everything in', async (t) => {
  const named = await GatewayProcess.start(t, { args: ['--allow-host', 'gateway.example'] });
  const all = await GatewayProcess.start(t, { args: ['--allow-host', '*', '--allow-origin', '*'] });
  const foreign = { headers: { host: 'gateway.example:80' } };
  assert.equal(await upgradeStatus(t, named.url, foreign), 101);
  assert.equal(await upgradeStatus(t, named.url, { headers: { host: 'other.example' } }), 403);
  const page = { headers: { host: 'other.example', origin: 'https://any.example' } };
  assert.equal(await upgradeStatus(t, all.url, page), 101);
});

test('above --max-connections a client is refused with 503, until one has left', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: ['--max-connections', '2'] });
  const first = await JsonRpcSocket.open(t, gateway.url);
  const second = await JsonRpcSocket.open(t, gateway.url);
  assert.equal(await upgradeStatus(t, gateway.url, {}), 503);
  first.socket.close();
  await first.close();
  const third = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await second.request('m', 2)).result, 2);
  assert.equal((await third.request('m', 3)).result, 3);
});

test('--max-connections-per-address counts the clients of each address', async (t) => {
  const { url } = await GatewayProcess.start(t, { args: ['--max-connections-per-address', '1'] });
  await JsonRpcSocket.open(t, url, { localAddress: '127.0.0.1' });
  assert.equal(await upgradeStatus(t, url, { localAddress: '127.0.0.1' }), 503);
  assert.equal(await upgradeStatus(t, url, { localAddress: '127.0.0.2' }), 101);
});

test('a client that answers pings stays, one that does not is closed, and its process ends', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--ping-interval', '1s'],
    command: ['/bin/cat'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const pinged = once(client.socket, 'ping');
  const silent = await silentSocket(t, gateway.url);
  silent.on('data', () => undefined);
  const ended = new Promise((resolve) => silent.once('close', resolve));
  await within('a ping', pinged);
  await within('the end of the silent client', ended);
  await gateway.logged('the end of its process', ({ msg }) => msg === 'the process has exited');
  client.notify('still here');
  assert.equal((await client.next()).method, 'still here');
});

test('a client that asks for subprotocols gets the first', async (t) => {
  const { url } = await GatewayProcess.start(t);
  const socket = new WebSocket(url, ['mcp', 'other']);
  t.after(() => socket.terminate());
  await within('the connection', once(socket, 'open'));
  assert.equal(socket.protocol, 'mcp');
});

test('/readyz says 503 while a shared server is down', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--eager'],
    command: ['/bin/sh', '-c', 'exit 1'],
  });
  await gateway.logged('the restart', ({ delayMs }) => delayMs === 1600);
  assert.deepEqual(await get(gateway.url, '/readyz'), [503, 'the server is down\n']);
  assert.deepEqual(await get(gateway.url, '/healthz'), [200, 'ok\n']);
});

test('/healthz and /readyz answer, and other paths ask for a WebSocket', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  assert.deepEqual(await get(gateway.url, '/healthz'), [200, 'ok\n']);
  assert.deepEqual(await get(gateway.url, '/readyz'), [200, 'ready\n']);
  assert.equal((await get(gateway.url, '/'))[0], 426);
});

test('several addresses are served at once, each with a line for its URL', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: [
      '--listen',
      'ws://127.0.0.1:0',
      '--listen',
      'ws://[::1]:0',
      '--listen',
      'ws://127.0.0.2:0',
    ],
  });
  const urls = await gateway.urls(3);
  assert.equal(new Set(urls).size, 3);
  assert.match(urls[1]!, /^ws:\/\/\[::1\]:\d+$/);
  for (const url of urls) {
    const client = await JsonRpcSocket.open(t, url);
    assert.equal((await client.request('m', url)).result, url);
  }
  gateway.process.kill('SIGTERM');
  assert.equal((await gateway.ended()).code, 0);
});

test('a client that vanishes without a close frame ends its process', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: ['/bin/cat'] });
  const silent = await silentSocket(t, gateway.url);
  silent.resetAndDestroy();
  await gateway.logged('the end of its process', ({ msg }) => msg === 'the process has exited');
});

test('clients that send garbage instead of a handshake do no harm', async (t) => {
  const gateway = await GatewayProcess.start(t);
  const { hostname, port } = new URL(gateway.url);
  let open = 0;
  for (const garbage of ['\0\0\0\0', 'GET / HTTP/1.1\r\n\r\n', `GET /${'x'.repeat(100_000)}`]) {
    const socket = connect(Number(port), hostname, () => socket.end(garbage));
    t.after(() => socket.destroy());
    open++;
    socket.on('error', () => undefined);
    socket.on('data', () => undefined);
    socket.on('close', () => open--);
  }
  const client = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await client.request('m', 1)).result, 1);
  await until('they are closed', () => open === 0);
});
