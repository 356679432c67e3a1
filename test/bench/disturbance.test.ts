import assert from 'node:assert/strict';
import type { Socket } from 'node:net';
import { describe, it } from 'node:test';
import type { WebSocket } from 'ws';
import { webSocketServer } from '../support/web-socket-server.js';
import { bench } from './fixtures/server-process.js';

describe('slow readers', () => {
  it('leave so much unread that replies pile up in the server', async (t) => {
    const { server, url } = await webSocketServer(t);
    let mostUnsentBytes = 0;
    server.on('connection', (socket: WebSocket) => {
      socket.on('message', (data: Buffer) => {
        const { id, params } = JSON.parse(data.toString()) as { id: number; params: unknown };
        socket.send(JSON.stringify({ id, result: params }));
        const { writableLength } = (socket as unknown as { _socket: Socket })._socket;
        mostUnsentBytes = Math.max(mostUnsentBytes, writableLength);
      });
    });
    const load = ['--rate', '50', '--connections', '1', '--payload-size', '1200'];
    const result = await bench(...[url, ...load, '--duration', '1s', '--slow-readers', '1']);
    assert.equal(result.passed, true, result.failureReasons.join('; '));
    assert.ok(mostUnsentBytes > 1e6, `${mostUnsentBytes} bytes waited in the server`);
    // They are no part of the load.
    assert.equal(result.totals.requests, 50);
  });
});
