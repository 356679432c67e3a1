import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { after, describe, test } from 'node:test';
import { WebSocket } from 'ws';
import {
  type AcceptedSocket,
  type AcceptWebSocketsOptions,
  acceptWebSockets,
  type ConnectionOptions,
  type ConnectionParts,
  JsonRpcConnection,
  JsonRpcRuntime,
  type JsonRpcRuntimeOptions,
  type StdioOptions,
} from '../../src/index.js';
import { allEvents, nextEvents } from '../support/connection-events.js';
import { webSocketServer } from '../support/web-socket-server.js';

/** One way to get a connection over a WebSocket, and the plain `ws` socket at its other end. */
type Connect = (
  options?: ConnectionOptions,
) => Promise<{ parts: ConnectionParts; other: WebSocket }>;

function behavesAsDescribed(name: string, connect: Connect): void {
  describe(name, () => {
    test('takes text and binary messages as the same', async () => {
      const { parts, other } = await connect();
      other.send('{"id":1,"method":"text"}');
      other.send(Buffer.from('{"id":2,"method":"binary"}'), { binary: true });
      assert.deepEqual(await nextEvents(parts, 2), [
        'message {"id":1,"method":"text"}',
        'message {"id":2,"method":"binary"}',
      ]);
      other.close();
    });

    test('ignores pings and pongs', async () => {
      const { parts, other } = await connect();
      const pong = once(other, 'pong');
      other.pong('unasked');
      other.ping('asked');
      await pong;
      other.close();
      assert.deepEqual(await allEvents(parts), ['disconnected null']);
    });

    test('ends with a close frame, without a reason, after the messages before it', async () => {
      const { parts, other } = await connect();
      other.send('{"method":"last"}');
      other.close(1001);
      assert.deepEqual(await allEvents(parts), ['message {"method":"last"}', 'disconnected null']);
      await assert.rejects(parts.outgoing.send({ method: 'late' }), {
        code: 'SLUICE_ERR_DISCONNECTED',
      });
      await Promise.all(parts.tasks);
    });

    test('ends with a message that is no JSON-RPC message, and closes with 1007', async () => {
      const { parts, other } = await connect();
      const closed = once(other, 'close');
      other.send('{"id":null,"method":"a"}');
      other.send('{"method":"after"}');
      assert.deepEqual(await allEvents(parts), [
        'disconnected failed to parse websocket JSON-RPC message from peer: "id" is not a string or a number',
      ]);
      assert.equal((await closed)[0], 1007);
      await Promise.all(parts.tasks);
    });

    test('reports such messages where that is asked for', async () => {
      const { parts, other } = await connect({ malformed: 'report' });
      other.send('');
      other.send('{"method":"after"}');
      other.close();
      const [bad, ...rest] = await allEvents(parts);
      assert.match(bad!, /^malformed failed to parse websocket JSON-RPC message from peer: .+/);
      assert.deepEqual(rest, ['message {"method":"after"}', 'disconnected null']);
    });

    test('ends with a read error when the other side ends without a close frame', async () => {
      const { parts, other } = await connect();
      other.terminate();
      assert.deepEqual(await allEvents(parts), [
        'disconnected failed to read websocket JSON-RPC message from peer: connection reset without closing handshake',
      ]);
      await Promise.all(parts.tasks);
    });

    test('ends with a message that cannot be serialized, and closes with 1011', async () => {
      const { parts, other } = await connect();
      const closed = once(other, 'close');
      const received = once(other, 'message');
      await parts.outgoing.send({ method: 'before' });
      await assert.rejects(parts.outgoing.send({ method: 'a', params: 1n }), {
        code: 'SLUICE_ERR_SERIALIZE',
      });
      assert.deepEqual(await allEvents(parts), [
        'disconnected failed to serialize JSON-RPC message for peer: Do not know how to serialize a BigInt',
      ]);
      assert.equal(String((await received)[0]), '{"method":"before"}');
      assert.equal((await closed)[0], 1011);
    });

    test('sends text, in order, whatever the sizes, and closes with 1000 when it is ended', async () => {
      const { parts, other } = await connect();
      const received: unknown[] = [];
      other.on('message', (data: Buffer, isBinary) => {
        assert.equal(isBinary, false);
        received.push((JSON.parse(String(data)) as { id: number }).id);
      });
      const closed = once(other, 'close');
      for (let id = 0; id < 400; id++) {
        const params = 'x'.repeat(id % 40 === 7 ? 300_000 : (id % 7) * 100);
        await parts.outgoing.send({ id, method: 'a', params });
      }
      parts.outgoing.end();
      assert.equal((await closed)[0], 1000);
      assert.deepEqual(
        received,
        Array.from({ length: 400 }, (_, id) => id),
      );
      assert.deepEqual(await allEvents(parts), ['disconnected null']);
      await Promise.all(parts.tasks);
    });
  });
}

const accepted: ((socket: AcceptedSocket) => void)[] = [];
const ws = await webSocketServer({ after }, { perMessageDeflate: true });
const sluice = await acceptWebSockets({
  listen: 'ws://127.0.0.1:0',
  onConnection: (socket) => accepted.shift()!(socket),
});
after(() => sluice.close());

function overWs(perMessageDeflate: boolean): Connect {
  return async (options) => {
    const connection = once(ws.server, 'connection');
    const socket = new WebSocket(ws.url, { perMessageDeflate });
    const parts = JsonRpcConnection.fromWebSocket(socket, 'peer', options).intoParts();
    const [other] = (await connection) as [WebSocket];
    return { parts, other };
  };
}

async function overAccepted(
  options?: ConnectionOptions,
): Promise<{ parts: ConnectionParts; other: WebSocket }> {
  const socket = new Promise<AcceptedSocket>((resolve) => accepted.push(resolve));
  const other = new WebSocket(sluice.url);
  await once(other, 'open');
  const parts = JsonRpcConnection.fromWebSocket(await socket, 'peer', options).intoParts();
  return { parts, other };
}

async function overServersWs(
  options?: ConnectionOptions,
): Promise<{ parts: ConnectionParts; other: WebSocket }> {
  const connection = once(ws.server, 'connection');
  const other = new WebSocket(ws.url);
  await once(other, 'open');
  const [socket] = (await connection) as [WebSocket];
  return { parts: JsonRpcConnection.fromWebSocket(socket, 'peer', options).intoParts(), other };
}

behavesAsDescribed('a connection over a ws client', overWs(false));
behavesAsDescribed('a connection over a ws client that compresses', overWs(true));
behavesAsDescribed("a connection over a ws server's socket", overServersWs);
behavesAsDescribed('a connection over an accepted socket', overAccepted);

/** A server that answers the upgrade and leaves the rest to the test. */
async function rawServer(): Promise<{ url: string; socket: Promise<Socket> }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = once(server, 'connection').then(async (args) => {
    const raw = args[0] as Socket;
    const [request] = (await once(raw, 'data')) as [Buffer];
    const key = /sec-websocket-key: (.+)\r\n/i.exec(String(request))![1]!;
    const accept = createHash('sha1')
      .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest('base64');
    raw.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    server.close();
    return raw;
  });
  return { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, socket };
}

describe('a connection over a ws client that fails', () => {
  test('ends with a read error at a frame that breaks the protocol', async () => {
    const { url, socket } = await rawServer();
    const parts = JsonRpcConnection.fromWebSocket(new WebSocket(url), 'peer').intoParts();
    const raw = await socket;
    // Opcode 3 is reserved (RFC 6455 section 5.2).
    raw.write(Buffer.of(0x83, 0x00));
    assert.deepEqual(await allEvents(parts), [
      'disconnected failed to read websocket JSON-RPC message from peer: Invalid WebSocket frame: invalid opcode 3',
    ]);
    raw.destroy();
  });

  test('ends with a read error at a message above the limit of its socket', async () => {
    const { url, socket } = await rawServer();
    const parts = JsonRpcConnection.fromWebSocket(
      new WebSocket(url, { maxPayload: 10 }),
      'peer',
    ).intoParts();
    const raw = await socket;
    raw.write(Buffer.concat([Buffer.of(0x81, 14), Buffer.from('{"method":"a"}')]));
    assert.deepEqual(await allEvents(parts), [
      'disconnected failed to read websocket JSON-RPC message from peer: Max payload size exceeded',
    ]);
    raw.destroy();
  });

  test('ends with a read error when there is nobody to connect to', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const socket = new WebSocket(`ws://127.0.0.1:${port}`);
    const parts = JsonRpcConnection.fromWebSocket(socket, 'peer').intoParts();
    assert.deepEqual(await allEvents(parts), [
      `disconnected failed to read websocket JSON-RPC message from peer: connect ECONNREFUSED 127.0.0.1:${port}`,
    ]);
    await Promise.all(parts.tasks);
  });

  test('ends with a write error', async () => {
    const { url, socket } = await rawServer();
    const client = new WebSocket(url);
    const upgraded = once(client, 'upgrade');
    const parts = JsonRpcConnection.fromWebSocket(client, 'peer').intoParts();
    const raw = await socket;
    const [response] = (await upgraded) as [IncomingMessage];
    // Our half of the connection ends under it, and it does not know yet.
    response.socket.end();
    await parts.outgoing.send({ method: 'a' });
    const [event] = await allEvents(parts);
    assert.match(event!, /^disconnected failed to write websocket JSON-RPC message to peer: .+/);
    await assert.rejects(parts.outgoing.send({ method: 'b' }), { code: 'SLUICE_ERR_DISCONNECTED' });
    raw.destroy();
    await Promise.all(parts.tasks);
  });
});

test('a socket has one connection', async (t) => {
  const { url } = await webSocketServer(t);
  const socket = new WebSocket(url);
  const { tasks, outgoing } = JsonRpcConnection.fromWebSocket(socket, 'first').intoParts();
  assert.throws(() => JsonRpcConnection.fromWebSocket(socket, 'second'), {
    code: 'SLUICE_ERR_USAGE',
    message: 'this socket has a connection already',
  });
  await once(socket, 'open');
  outgoing.end();
  await Promise.all(tasks);
});

test('what is no socket, stream, label, runtime or options is refused', () => {
  type Untyped = Record<'fromStdio' | 'fromWebSocket', (...all: unknown[]) => unknown>;
  const untyped = JsonRpcConnection as unknown as Untyped;
  const streams = [new PassThrough(), new PassThrough()];
  for (const connect of [
    () => untyped.fromStdio(),
    () => untyped.fromStdio(...streams),
    () => untyped.fromStdio(...streams, 'peer', null),
    () => untyped.fromStdio(...streams, 'peer', { runtime: {} }),
    () => untyped.fromStdio(...streams, 'peer', { allowHalfOpen: 'false' }),
    () => untyped.fromWebSocket('ws://127.0.0.1:1', 'peer'),
    () => untyped.fromWebSocket(new EventTarget(), 'peer'),
  ]) {
    assert.throws(connect, { code: 'SLUICE_ERR_USAGE' });
  }
});

test('options that there are not, and words that they do not take, are refused with the nearest', async () => {
  const streams = [new PassThrough(), new PassThrough()] as const;
  for (const [options, message] of [
    [{ framing: 'lsp' }, /^framing is one of ndjson, content-length, not lsp$/],
    [{ malformed: 'reprot' }, /did you mean "report"\?$/],
    [{ malfromed: 'report' }, /^unknown option "malfromed"; did you mean "malformed"\?$/],
  ] as const) {
    const connect = (): unknown =>
      JsonRpcConnection.fromStdio(...streams, 'peer', options as unknown as StdioOptions);
    assert.throws(connect, { code: 'SLUICE_ERR_USAGE', message });
  }
  for (const [options, message] of [
    [{ kernel: 'nativ' }, /did you mean "native"\?$/],
    [{ offload: 'nope' }, /^offload is one of adaptive, always, never, not nope$/],
    [{ thread: 2 }, /did you mean "threads"\?$/],
  ] as const) {
    await assert.rejects(JsonRpcRuntime.start(options as unknown as JsonRpcRuntimeOptions), {
      code: 'SLUICE_ERR_USAGE',
      message,
    });
  }
  const misspelt = { maxConnection: 5 } as unknown as AcceptWebSocketsOptions;
  await assert.rejects(
    acceptWebSockets({ ...misspelt, listen: 'ws://127.0.0.1:0', onConnection: () => undefined }),
    { code: 'SLUICE_ERR_USAGE', message: /did you mean "maxConnections"\?$/ },
  );
});
