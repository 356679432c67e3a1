import type { WebSocket } from 'uWebSockets.js';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ReadGate } from '../../src/frontend/read-gate.js';
import { SocketClient, type SocketData } from '../../src/frontend/socket-client.js';
import { Batch } from '../../src/lane/batch.js';
import type { Flow } from '../../src/lane/flow.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('globalThis.gc') as () => void;

function newClient(sent: string[]): SocketClient {
  const socket = {
    cork: (send: () => void) => send(),
    send: (bytes: Uint8Array) => {
      sent.push(Buffer.from(bytes).toString());
      return 1;
    },
    getBufferedAmount: () => 0,
  };
  const refusals = { closed: () => undefined };
  const settings = { maxPayloadBytes: 1024, receiveBufferBytes: 1024, tls: null, refusals };
  return new SocketClient(
    socket as unknown as WebSocket<SocketData>,
    '127.0.0.1',
    settings,
    new ReadGate<SocketData>(),
  );
}

const FRAMES = new Int32Array([1, 0]);
const flow = { taken: () => undefined } as unknown as Flow;

for (const [how, send] of [
  ['one message', (client, batch) => client.write(flow, batch, 0, 1)],
  ['several messages', (client, batch) => client.write(flow, batch, 0, 2)],
  ['a list of messages', (client, batch) => client.send(batch, FRAMES, 2)],
] satisfies [string, (client: SocketClient, batch: Batch) => void][]) {
  test(`a client that was sent ${how} does not keep the arena`, async () => {
    const sent: string[] = [];
    const client = newClient(sent);
    const arena = ((): WeakRef<Batch> => {
      const batch = new Batch(64, 2);
      send(client, batch);
      return new WeakRef(batch);
    })();
    await setImmediate();
    collect();
    assert.equal(arena.deref(), undefined);
    assert.ok(sent.length > 0 && client.label.length > 0);
  });
}
