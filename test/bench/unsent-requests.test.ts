import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { WebSocket } from 'ws';
import { temporaryFolder } from '../support/temporary-folder.js';
import { webSocketServer } from '../support/web-socket-server.js';
import { bench } from './fixtures/server-process.js';

/** Enough at this size to fill every buffer on the way to a server that does not read. */
const LOAD = ['--connections', '1', '--rate', '200', '--payload-size', '1m'];

describe('requests that are due and cannot be sent', () => {
  it('are requests, and timeouts, where the server never reads', async (t) => {
    const { server, url } = await webSocketServer(t);
    server.on('connection', (socket: WebSocket) => socket.pause());
    const result = await bench(url, ...LOAD, '--duration', '1s', '--timeout', '300ms');
    const { totals, failures, latency, latencyUncorrected } = result;
    assert.ok(Math.abs(totals.requests - 200) <= 1, `${totals.requests} were due`);
    assert.equal(failures.timeouts, totals.requests);
    assert.equal(latency.count, totals.requests);
    assert.ok(latency.minUs >= 295_000, `min ${latency.minUs}`);
    assert.equal(latencyUncorrected?.count, totals.requests);
    // Only what the server could have answered is lost.
    assert.ok(failures.lost > 0 && failures.lost < totals.requests, `${failures.lost} lost`);
  });

  it('are lost where the connection that was to replay them has ended', async (t) => {
    const recording = join(temporaryFolder(t), 'recording.ndjson');
    const lines = Array.from({ length: 10 }, (_, id) => `{"id":${id},"method":"m"}\n`);
    writeFileSync(recording, lines.join(''));
    const { server, url } = await webSocketServer(t);
    server.once('connection', (socket: WebSocket) => {
      socket.once('message', () => socket.terminate());
      server.on('connection', (other: WebSocket) => {
        other.on('message', (request: Buffer) => {
          const { id } = JSON.parse(request.toString()) as { id: number };
          other.send(`{"jsonrpc":"2.0","id":${id},"result":null}`);
        });
      });
    });
    const load = ['--connections', '2', '--scenario', recording, '--requests', '60'];
    const { totals, failures } = await bench(url, ...load, '--warmup', '0');
    assert.equal(failures.unexpectedCloses, 1);
    assert.equal(totals.requests, 60);
    assert.equal(totals.replies + failures.lost, 60);
  });

  it('are lost where the connection ends before', async (t) => {
    const { server, url } = await webSocketServer(t);
    server.on('connection', (socket: WebSocket) => {
      socket.pause();
      setTimeout(() => socket.terminate(), 600);
    });
    const result = await bench(url, ...LOAD, '--duration', '2s');
    const { totals, failures } = result;
    assert.equal(failures.unexpectedCloses, 1);
    assert.equal(failures.lost, totals.requests);
    const written = totals.bytesSent / 2 ** 20;
    assert.ok(totals.requests > written + 5, `${totals.requests} were due, ${written} written`);
  });
});
