import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { HEARTBEAT_MS, SERVER_PONG_MS, SERVER_SILENCE_MS } from '../../src/limits.js';
import { WsTransport } from '../../src/transport/ws-transport.js';
import { within } from '../support/until.js';
import { webSocketServer } from '../support/web-socket-server.js';

/** An open connection to a `ws` server, whose other side is `other`. */
async function connection(t: TestContext): Promise<{ socket: WebSocket; other: WebSocket }> {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const { server, url } = await webSocketServer(t);
  const accepted = once(server, 'connection');
  const socket = new WebSocket(url);
  await once(socket, 'open');
  const [other] = (await accepted) as [WebSocket];
  return { socket, other };
}

function beats(t: TestContext, ms: number): void {
  for (let passed = 0; passed < ms; passed += HEARTBEAT_MS) t.mock.timers.tick(HEARTBEAT_MS);
}

describe('a ws:// connection', () => {
  test('that is not read gives a sign of life all the same', async (t) => {
    const { socket, other } = await connection(t);
    const transport = new WsTransport(socket, { closed: () => undefined });
    socket.pause();
    const pong = once(other, 'pong');
    beats(t, HEARTBEAT_MS);
    await within('the pong', pong);
    transport.terminate();
    await once(socket, 'close');
  });

  test('whose other side answers no ping ends with that reason', async (t) => {
    const { socket, other } = await connection(t);
    // As if the network were gone: what is sent is not read, and nothing comes back.
    other.pause();
    const closed = new Promise<Error | null>((resolve) => {
      new WsTransport(
        socket,
        { closed: (_code, _reason, error) => resolve(error) },
        { endsWhenSilent: true },
      );
    });
    beats(t, SERVER_SILENCE_MS + SERVER_PONG_MS - HEARTBEAT_MS);
    assert.equal(socket.readyState, socket.OPEN);
    beats(t, HEARTBEAT_MS);
    assert.match(String(await within('the end', closed)), /nothing has come from it for 150 s/);
  });

  test('whose other side is silent, but answers pings, stays', async (t) => {
    const { socket, other } = await connection(t);
    let isOver = false;
    const transport = new WsTransport(
      socket,
      { closed: () => assert.ok(isOver) },
      { endsWhenSilent: true },
    );
    for (let n = 0; n < 3; n++) {
      const answered = once(socket, 'pong');
      beats(t, SERVER_SILENCE_MS);
      await within('the pong', answered);
      beats(t, HEARTBEAT_MS);
    }
    assert.equal(other.readyState, other.OPEN);
    isOver = true;
    transport.terminate();
    await once(socket, 'close');
  });
});
