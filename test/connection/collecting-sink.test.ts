import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CollectingSink } from '../../src/connection/collecting-sink.js';
import { Outgoing } from '../../src/connection/outgoing.js';
import type { Batch } from '../../src/lane/batch.js';
import { RING_CAPACITY } from '../../src/limits.js';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import { laneHere } from '../support/lane-here.js';
import { MemoryClient } from '../support/memory-client.js';
import { until } from '../support/until.js';

/** Counts what it gets at once, and can hold it back. */
class CountingClient extends MemoryClient {
  readonly sizes: number[] = [];
  onRead: () => void = () => undefined;

  override send(batch: Batch, frames: Int32Array, count: number): void {
    this.sizes.push(count);
    super.send(batch, frames, count);
  }

  override onceRead(callback: () => void): void {
    this.onRead = callback;
  }
}

const lane = laneHere();

function outgoingTo(client: CountingClient): Outgoing {
  return new Outgoing({
    label: client.label,
    lane,
    framing: FRAMING_NONE,
    sink: new CollectingSink(client),
    onSerializeFailed: (why) => assert.fail(why),
    onEndAsked: () => undefined,
    onDrained: () => undefined,
  });
}

function notification(params: number): string {
  return JSON.stringify({ jsonrpc: '2.0', method: 'm', params: [params] });
}

describe('what a batch has for a connection', () => {
  test('is one send, in order, wherever it lies between messages of others', async () => {
    const clients = [new CountingClient('first'), new CountingClient('second')];
    const outgoing = clients.map(outgoingTo);
    for (let n = 0; n < 50; n++) {
      for (const [i, out] of outgoing.entries()) {
        await out.send({ jsonrpc: '2.0', method: 'm', params: [100 * i + n] });
      }
    }
    await until('all is sent', () => clients.every(({ received }) => received.length === 50));
    for (const [i, { received, sizes }] of clients.entries()) {
      assert.deepEqual(sizes, [50]);
      assert.deepEqual(
        received,
        Array.from({ length: 50 }, (_, n) => notification(100 * i + n)),
      );
    }
  });

  test('is pending until the client has read it', async () => {
    const client = new CountingClient('slow');
    client.heldBackBytes = 1;
    const out = outgoingTo(client);
    const message = { jsonrpc: '2.0', method: 'm' } as const;
    for (let n = 0; n < RING_CAPACITY; n++) await out.send(message);
    let accepted = false;
    const waiting = out.send(message).then(() => {
      accepted = true;
    });
    await until('the ring is sent', () => client.received.length === RING_CAPACITY);
    assert.equal(accepted, false);
    client.heldBackBytes = 0;
    client.onRead();
    await waiting;
    await until('it is sent', () => client.received.length === RING_CAPACITY + 1);
  });
});
