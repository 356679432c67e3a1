import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { Batch } from '../../src/lane/batch.js';
import { COLLECTED_OWN_BYTES, RING_CAPACITY } from '../../src/limits.js';
import { Outlet } from '../../src/multiplex/outlet.js';
import { MemoryClient } from '../support/memory-client.js';

const MESSAGE = Buffer.from('x'.repeat(100));

function slowClient(graceMs: number): { client: MemoryClient; outlet: Outlet } {
  const client = new MemoryClient('slow');
  return {
    client,
    outlet: new Outlet(client, { overflowBytes: 100_000, graceMs }, () => undefined),
  };
}

/** Sends messages that the transport holds back. */
function sendUnread(client: MemoryClient, outlet: Outlet, count: number): void {
  for (let n = 0; n < count; n++) {
    client.heldBackBytes += MESSAGE.length;
    outlet.sendOne(MESSAGE);
  }
}

function closeCode(client: MemoryClient): number | undefined {
  return client.closed?.code;
}

/** Lets the test say how time passes. */
function clock(t: TestContext): (ms: number) => void {
  let nowMs = 0;
  t.mock.timers.enable({ apis: ['setInterval'] });
  t.mock.method(performance, 'now', () => nowMs);
  return (ms) => {
    nowMs += ms;
    t.mock.timers.tick(ms);
  };
}

describe('the way to a client', () => {
  test('collects what a batch has for it, and says when it begins to', () => {
    const { client, outlet } = slowClient(1000);
    const batch = new Batch(1024, 64);
    assert.deepEqual([outlet.add(batch, 3), outlet.add(batch, 5)], [true, false]);
    for (let n = 0; n < 40; n++) outlet.add(batch, n);
    outlet.flush();
    assert.equal(client.received.length, 42);
    outlet.flush();
    assert.equal(client.received.length, 42);
    assert.equal(outlet.add(batch, 1), true);
    outlet.end();
    outlet.flush();
    assert.equal(client.received.length, 42);
  });

  test('sends a message of its own behind what was collected', () => {
    const { client, outlet } = slowClient(1000);
    const batch = new Batch(1024, 64);
    outlet.addOwn(batch, Buffer.from('first'));
    outlet.sendOne(Buffer.from('second'));
    assert.equal(outlet.collects, false);
    outlet.flush();
    assert.deepEqual(client.received.map(String), ['first', 'second']);
  });

  test('has messages that are in no batch in their place among those that are', () => {
    const { client, outlet } = slowClient(1000);
    const batch = new Batch(1024, 64);
    const isFirst = [
      outlet.addOwn(batch, Buffer.from('a')),
      outlet.add(batch, 0),
      outlet.addOwn(batch, Buffer.from('b')),
    ];
    assert.deepEqual(isFirst, [true, false, false]);
    outlet.flush();
    assert.deepEqual(client.received, ['a', '', 'b']);
    assert.equal(outlet.addOwn(batch, Buffer.from('c')), true);
    outlet.flush();
    assert.deepEqual(client.received, ['a', '', 'b', 'c']);
  });

  test('does not collect more than so many bytes of messages that are in no batch', () => {
    const { client, outlet } = slowClient(1000);
    const batch = new Batch(1024, 64);
    const half = Buffer.alloc(COLLECTED_OWN_BYTES / 2, 'x');
    outlet.add(batch, 0);
    outlet.addOwn(batch, half);
    outlet.addOwn(batch, half);
    assert.equal(client.received.length, 0);
    outlet.addOwn(batch, MESSAGE);
    assert.equal(client.received.length, 3);
    outlet.flush();
    assert.equal(client.received.length, 4);
  });

  test('counts messages that are in no batch for the overflow, too', () => {
    const { client, outlet } = slowClient(1000);
    const batch = new Batch(1024, 64);
    client.heldBackBytes = 100_001;
    outlet.addOwn(batch, MESSAGE);
    outlet.flush();
    assert.equal(closeCode(client), undefined);
    client.heldBackBytes = 100_101;
    outlet.addOwn(batch, MESSAGE);
    outlet.flush();
    assert.equal(closeCode(client), 1013);
  });

  test('is closed at once above its overflow', () => {
    const { client, outlet } = slowClient(1000);
    sendUnread(client, outlet, 1001);
    assert.equal(closeCode(client), undefined);
    sendUnread(client, outlet, 1);
    assert.equal(closeCode(client), 1013);
    outlet.end();
  });

  test('is not closed for one message that is larger than that', () => {
    const { client, outlet } = slowClient(1000);
    client.heldBackBytes = 1_000_000;
    outlet.sendOne(Buffer.alloc(1_000_000));
    assert.equal(closeCode(client), undefined);
    sendUnread(client, outlet, 1);
    assert.equal(closeCode(client), 1013);
    outlet.end();
  });

  test('a ring of messages may wait for ever', () => {
    const { client, outlet } = slowClient(1);
    sendUnread(client, outlet, RING_CAPACITY);
    // Without a timer there is nobody to close it.
    assert.equal(client.closed, null);
    client.heldBackBytes = 0;
    outlet.sendOne(MESSAGE);
    sendUnread(client, outlet, RING_CAPACITY);
    assert.equal(client.closed, null);
    outlet.end();
  });

  test('more than a ring is waited for as long as the grace', (t) => {
    const pass = clock(t);
    const { client, outlet } = slowClient(50);
    sendUnread(client, outlet, RING_CAPACITY + 1);
    pass(49);
    assert.equal(closeCode(client), undefined);
    pass(50);
    assert.equal(closeCode(client), 1013);
  });

  test('a client that gets on is never closed, though something always waits for it', (t) => {
    const pass = clock(t);
    const { client, outlet } = slowClient(50);
    const stalled = slowClient(50);
    sendUnread(client, outlet, RING_CAPACITY + 1);
    sendUnread(stalled.client, stalled.outlet, RING_CAPACITY + 1);
    for (let n = 0; n < 6; n++) {
      // It reads what waited, while as much again is sent.
      sendUnread(client, outlet, RING_CAPACITY + 1);
      client.heldBackBytes -= (RING_CAPACITY + 1) * MESSAGE.length;
      pass(20);
    }
    assert.equal(closeCode(stalled.client), 1013);
    assert.equal(closeCode(client), undefined);
    outlet.end();
  });
});
