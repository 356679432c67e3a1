import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { ConnectionCount } from '../../src/frontend/connection-count.js';
import { WebSocketFrontEnd } from '../../src/frontend/websocket-front-end.js';
import type { Batch } from '../../src/lane/batch.js';
import { silentLogger } from '../../src/log.js';
import type { Client } from '../../src/session/client.js';
import type { FrameSink } from '../../src/transport/frame-sink.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { laneHere } from '../support/lane-here.js';
import { sendLines } from '../support/recorded-flow.js';
import { until } from '../support/until.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('globalThis.gc') as () => void;

/** A client of a front end, and the socket at its other end. */
async function connected(t: TestContext): Promise<{ client: Client; other: JsonRpcSocket }> {
  let tell: (client: Client) => void = () => undefined;
  const accepted = new Promise<Client>((resolve) => (tell = resolve));
  const frontEnd = await WebSocketFrontEnd.listen({
    ...{ host: '127.0.0.1', port: 0, tls: null, allowedOrigins: [], allowedHosts: [] },
    ...{ maxPayloadBytes: 1024, receiveBufferBytes: 1024, clientOverflowBytes: 0 },
    pingIntervalSeconds: 30,
    connections: new ConnectionCount(1, 0),
    acceptor: {
      accept: (client) => {
        tell(client);
        return { clientEnded: () => undefined };
      },
    },
    log: silentLogger(),
    draining: () => false,
    down: () => false,
  });
  t.after(() => frontEnd.destroy());
  const other = await JsonRpcSocket.open(t, frontEnd.url);
  return { client: await accepted, other };
}

/**
 * As a session of its own writes to its client, and as a shared server does: a list of messages of
 * a batch.
 */
const WAYS: Readonly<Record<string, (client: Client) => FrameSink>> = {
  'by its own server': ({ sink }) => sink,
  'by a shared server': (client) => ({
    write: (flow, batch, from, to) => {
      const frames = Int32Array.from({ length: to - from }, (_, i) => from + i);
      client.send(batch, frames, frames.length);
      flow.taken(to - from);
    },
  }),
};

for (const [how, sinkOf] of Object.entries(WAYS)) {
  for (const count of [1, 3]) {
    // What a client keeps shows nowhere outside of its process before it is many megabytes.
    test(`a client that was sent ${count} of the messages of a batch ${how} does not keep the arena`, async (t) => {
      const { client, other } = await connected(t);
      const arenas: WeakRef<Batch>[] = [];
      const sink = sinkOf(client);
      const watched: FrameSink = {
        write: (flow, batch, from, to) => {
          arenas.push(new WeakRef(batch));
          sink.write(flow, batch, from, to);
        },
      };
      const frames = Array.from({ length: count }, (_, id) => `{"id":${id},"method":"m"}`);
      await sendLines(laneHere(), watched, frames);
      for (let id = 0; id < count; id++) assert.equal((await other.next()).id, id);
      assert.equal(arenas.length, 1);
      await until('nobody knows the arena', () => {
        collect();
        return arenas[0]!.deref() === undefined;
      });
      // And it is there itself, all the while.
      assert.equal(client.heldBackBytes, 0);
      assert.equal(other.socket.readyState, other.socket.OPEN);
    });
  }
}
