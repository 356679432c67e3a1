import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import type { Batch } from '../../src/lane/batch.js';
import { Flow, type FlowHandler } from '../../src/lane/flow.js';
import { RING_CAPACITY } from '../../src/limits.js';
import { WsTransport } from '../../src/transport/ws-transport.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { laneHere } from '../support/lane-here.js';

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);

/** Takes frames only when it is told to. */
class SlowHandler implements FlowHandler {
  readonly frames: string[] = [];
  untaken = 0;
  hasEnded = false;

  deliver(_flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) this.frames.push(Buffer.from(batch.output(i)).toString());
    this.untaken += to - from;
  }

  deliverNothing(): void {
    assert.fail('every frame is passed on');
  }

  deliverBad(): void {
    assert.fail('every frame is good');
  }

  array(): boolean {
    return false;
  }

  ended(): void {
    this.hasEnded = true;
  }
}

describe('a WebSocket transport', () => {
  test('pauses its socket while the ring is full, and loses nothing', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const connection = once(server, 'connection');
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const transport = new WsTransport(socket, { closed: () => undefined });
    const handler = new SlowHandler();
    const flow = new Flow({ lane: laneHere(), op: PASS, source: transport, handler });
    transport.start(flow);
    const [other] = (await connection) as [WebSocket];
    const sent = Array.from({ length: 3000 }, (_, id) => `{"id":${id},"method":"m"}`);
    for (const frame of sent) other.send(frame);
    other.close();
    let pauses = 0;
    while (!handler.hasEnded) {
      await new Promise((resolve) => setImmediate(resolve));
      assert.ok(flow.ring.pending <= RING_CAPACITY);
      if (socket.isPaused) pauses++;
      const taken = handler.untaken;
      handler.untaken = 0;
      flow.taken(taken);
    }
    assert.deepEqual(handler.frames, sent);
    assert.ok(pauses > 0);
    server.close();
  });

  test('sends what it was given before it was open, then closes as asked', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(server, 'listening');
    const connection = once(server, 'connection');
    const socket = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
    const closed = new Promise<number>((resolve) => {
      const transport = new WsTransport(socket, { closed: resolve });
      transport.send(Buffer.from('early'), (error) => assert.equal(error, null));
      transport.end(4000, 'enough');
    });
    const [other] = (await connection) as [WebSocket];
    const [message] = (await once(other, 'message')) as [Buffer];
    assert.equal(String(message), 'early');
    assert.equal(await closed, 4000);
    server.close();
  });
});
