import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import { inspect } from 'node:util';
import { WebSocket } from 'ws';
import { type ConnectionParts, JsonRpcConnection } from '../../src/index.js';
import { RING_CAPACITY, RING_CAPACITY_BYTES } from '../../src/limits.js';
import { nextEvent, nextEvents, told } from '../support/connection-events.js';
import { within } from '../support/until.js';
import { webSocketServer } from '../support/web-socket-server.js';

const TOTAL = 10_000;

/** A destination that takes nothing until it is told to. */
class StuckWritable extends Writable {
  readonly written: string[] = [];
  #stuck: (() => void) | null = null;
  #free = false;

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    this.written.push(...chunk.toString().trimEnd().split('\n'));
    if (this.#free) callback();
    else this.#stuck = callback;
  }

  free(): void {
    this.#free = true;
    this.#stuck?.();
  }
}

const LARGE_BYTES = 64 * 1024;
/** So many of them are as much as may be pending. */
const LARGE_CAPACITY = RING_CAPACITY_BYTES / LARGE_BYTES;

/** A message of LARGE_BYTES. */
function large(id: number): string {
  const empty = `{"id":${id},"method":"m","params":""}`;
  return empty.replace('""', `"${'x'.repeat(LARGE_BYTES - empty.length)}"`);
}

function isPending(promise: Promise<unknown>): boolean {
  return inspect(promise).includes('<pending>');
}

async function takeAll(parts: ConnectionParts, count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    assert.equal(told(await nextEvent(parts)), `message {"id":${i},"method":"m"}`);
  }
}

describe('messages that are pending', () => {
  test('pause a stream at 128, and come all, in order, when they are taken', async () => {
    const readable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer').intoParts();
    const paused = once(readable, 'pause');
    for (let id = 0; id < TOTAL; id++) readable.write(`{"id":${id},"method":"m"}\n`);
    readable.end();
    await paused;
    await takeAll(parts, TOTAL);
    assert.deepEqual(await nextEvent(parts), { type: 'disconnected', reason: null });
  });

  test('pause a ws socket', async (t) => {
    const { server, url } = await webSocketServer(t);
    const connection = once(server, 'connection');
    const socket = new WebSocket(url);
    const parts = JsonRpcConnection.fromWebSocket(socket, 'peer').intoParts();
    const [other] = (await connection) as [WebSocket];
    for (let id = 0; id < TOTAL; id++) other.send(`{"id":${id},"method":"m"}`);
    // Each turn of the event loop reads what has come.
    while (!socket.isPaused) await new Promise((resolve) => setImmediate(resolve));
    await takeAll(parts, TOTAL);
    other.close();
    assert.deepEqual(await nextEvent(parts), { type: 'disconnected', reason: null });
  });

  test('make send() wait at 128, and go out in order when there is room', async () => {
    const writable = new StuckWritable();
    const parts = JsonRpcConnection.fromStdio(new PassThrough(), writable, 'peer').intoParts();
    const sends: Promise<void>[] = [];
    for (let id = 0; id < RING_CAPACITY + 3; id++)
      sends.push(parts.outgoing.send({ id, result: 0 }));
    await Promise.all(sends.slice(0, RING_CAPACITY));
    assert.deepEqual(sends.slice(RING_CAPACITY).map(isPending), [true, true, true]);
    writable.free();
    await Promise.all(sends);
    parts.outgoing.end();
    await parts.tasks[1];
    assert.deepEqual(
      writable.written,
      sends.map((_, id) => `{"id":${id},"result":0}`),
    );
  });

  test('pause a stream at 2 MiB, whatever their number', async () => {
    const readable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer').intoParts();
    const paused = once(readable, 'pause');
    const sent = Array.from({ length: RING_CAPACITY - 1 }, (_, id) => large(id));
    for (const message of sent) readable.write(`${message}\n`);
    readable.end();
    await within('the pause', paused);
    const received = await nextEvents(parts, sent.length);
    assert.ok(received.every((event, id) => event === `message ${sent[id]}`));
    assert.deepEqual(await nextEvent(parts), { type: 'disconnected', reason: null });
  });

  test('make send() wait at 2 MiB, whatever their number', async () => {
    const writable = new StuckWritable();
    const parts = JsonRpcConnection.fromStdio(new PassThrough(), writable, 'peer').intoParts();
    const sent = Array.from({ length: LARGE_CAPACITY + 3 }, (_, id) => large(id));
    const sends = sent.map((message) => parts.outgoing.send(Buffer.from(message)));
    await within('those there is room for', Promise.all(sends.slice(0, LARGE_CAPACITY)));
    assert.deepEqual(sends.slice(LARGE_CAPACITY).map(isPending), [true, true, true]);
    writable.free();
    await Promise.all(sends);
    parts.outgoing.end();
    await parts.tasks[1];
    assert.ok(writable.written.join('\n') === sent.join('\n'));
  });

  test('leave the calls that wait rejected when the other side is gone', async () => {
    const writable = new StuckWritable();
    const parts = JsonRpcConnection.fromStdio(new PassThrough(), writable, 'peer').intoParts();
    const sends: Promise<void>[] = [];
    for (let id = 0; id < RING_CAPACITY + 1; id++)
      sends.push(parts.outgoing.send({ id, result: 0 }));
    writable.destroy();
    await assert.rejects(sends.at(-1)!, { code: 'SLUICE_ERR_DISCONNECTED' });
    await parts.tasks[1];
  });

  test('in one direction do not stop the other one', async () => {
    const readable = new PassThrough();
    const writable = new StuckWritable();
    const parts = JsonRpcConnection.fromStdio(readable, writable, 'peer').intoParts();
    const sends: Promise<void>[] = [];
    for (let id = 0; id < RING_CAPACITY + 1; id++)
      sends.push(parts.outgoing.send({ id, result: 0 }));
    readable.write('{"method":"while nothing goes out"}\n');
    assert.equal(told(await nextEvent(parts)), 'message {"method":"while nothing goes out"}');

    const paused = once(readable, 'pause');
    for (let id = 0; id < TOTAL; id++) readable.write(`{"id":${id},"method":"m"}\n`);
    await paused;
    writable.free();
    await Promise.all(sends);
    await parts.outgoing.send({ method: 'while nothing is taken' });
    parts.outgoing.end();
    await parts.tasks[1];
    assert.equal(writable.written.at(-1), '{"method":"while nothing is taken"}');
  });
});
