import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { WebSocket } from 'ws';
import { RING_CAPACITY } from '../../src/limits.js';
import { WsTransport } from '../../src/transport/ws-transport.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { laneHere } from '../support/lane-here.js';
import { RecordedFlow, sendLines } from '../support/recorded-flow.js';
import { until, within } from '../support/until.js';
import { webSocketServer } from '../support/web-socket-server.js';

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);

/** A `ws` socket, the stream beneath it, and the other side of it. */
async function connection(
  t: TestContext,
): Promise<{ socket: WebSocket; stream: Socket; other: Promise<WebSocket> }> {
  const { server, url } = await webSocketServer(t);
  const other = once(server, 'connection').then(([accepted]) => accepted as WebSocket);
  const stream = connect(Number(new URL(url).port), '127.0.0.1');
  const socket = new WebSocket(url, { createConnection: () => stream });
  return { socket, stream, other };
}

describe('a WebSocket transport', () => {
  test('pauses its socket while the ring is full, and loses nothing', async (t) => {
    const { socket, other } = await connection(t);
    const transport = new WsTransport(socket, { closed: () => undefined });
    const slow = new RecordedFlow(laneHere(), PASS, [], { takes: false, source: transport });
    transport.start(slow.flow);
    const sent = Array.from({ length: 3000 }, (_, id) => `{"id":${id},"method":"m"}`);
    for (const frame of sent) (await other).send(frame);
    (await other).close();
    await until('the socket is paused', () => socket.isPaused);
    await until('the ring was delivered', () => slow.outputs.length === RING_CAPACITY);
    assert.equal(slow.flow.ring.pending, RING_CAPACITY);
    let hasEnded = false;
    void slow.done.then(() => {
      hasEnded = true;
    });
    await until('all is there', () => {
      const taken = slow.untaken;
      slow.untaken = 0;
      slow.flow.taken(taken);
      return hasEnded;
    });
    assert.deepEqual(slow.outputs, sent);
  });

  test('sends what it was given before it was open, then closes as asked', async (t) => {
    const { socket, other } = await connection(t);
    const closed = new Promise<number>((resolve) => {
      const transport = new WsTransport(socket, { closed: resolve });
      transport.send(Buffer.from('early'), (error) => assert.equal(error, null));
      transport.end(4000, 'enough');
    });
    const [message] = (await once(await other, 'message')) as [Buffer];
    assert.equal(String(message), 'early');
    assert.equal(await within('the end', closed), 4000);
  });

  test('sends the messages of a batch with one write', async (t) => {
    const { socket, stream, other } = await connection(t);
    const transport = new WsTransport(socket, { closed: () => undefined });
    const accepted = await other;
    if (socket.readyState !== socket.OPEN) await once(socket, 'open');
    const received: string[] = [];
    accepted.on('message', (message: Buffer) => received.push(message.toString()));
    const write = t.mock.method(stream, '_write');
    const writev = t.mock.method(stream, '_writev' as '_write');
    const frames = Array.from({ length: RING_CAPACITY }, (_, id) => `{"id":${id},"method":"m"}`);
    await sendLines(laneHere(), transport, frames);
    await until('all is there', () => received.length === frames.length);
    assert.equal(received.join(), frames.map((frame) => `${frame}\n`).join());
    assert.deepEqual([writev.mock.callCount(), write.mock.callCount()], [1, 0]);
    socket.close();
  });
});
