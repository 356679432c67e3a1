import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { describe, test } from 'node:test';
import {
  JsonRpcConnection,
  type JsonRpcObject,
  SluiceError,
  type StdioOptions,
} from '../../src/index.js';
import { allEvents, nextEvents } from '../support/connection-events.js';

/** A child that writes exactly these bytes, and what a connection over its pipes tells. */
function childThatWrites(bytes: string | Buffer, options: StdioOptions = {}) {
  const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
  child.stdin.end(bytes);
  return JsonRpcConnection.fromStdio(child.stdout, new PassThrough(), 'child', options).intoParts();
}

function overPipes(command: string): {
  child: ChildProcessByStdio<Writable, Readable, null>;
  parts: ReturnType<JsonRpcConnection['intoParts']>;
} {
  const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'pipe', 'inherit'] });
  return {
    child,
    parts: JsonRpcConnection.fromStdio(child.stdout, child.stdin, 'child').intoParts(),
  };
}

/** Both ends of a TCP connection. */
async function socketPair(): Promise<{ ours: Socket; theirs: Socket }> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const ours = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [theirs] = (await once(server, 'connection')) as [Socket];
  server.close();
  return { ours, theirs };
}

describe('a connection over stdio', () => {
  test('skips blank lines', async () => {
    const parts = childThatWrites('\n \t\r\n{"method":"a"}\r\n\n{"id":1,"result":2}\n\n');
    assert.deepEqual(await allEvents(parts), [
      'message {"method":"a"}',
      'message {"id":1,"result":2}',
      'disconnected null',
    ]);
  });

  for (const [how, said] of [
    ['a regular end', '{"method":"a"}'],
    ['a failure', 'no message'],
  ] as const) {
    test(`outgoing.end() ends the stream that is left after ${how}`, async () => {
      // It goes on until its own input has ended.
      const { child, parts } = overPipes(`echo '${said}'; exec 1>&-; cat >&2`);
      assert.equal((await allEvents(parts)).length, how === 'a failure' ? 1 : 2);
      parts.outgoing.end();
      parts.outgoing.end();
      assert.deepEqual(await once(child, 'exit'), [0, null]);
    });
  }

  test('takes the last line without its end as a message', async () => {
    assert.deepEqual(await allEvents(childThatWrites('{"method":"a"}\n{"method":"b"}')), [
      'message {"method":"a"}',
      'message {"method":"b"}',
      'disconnected null',
    ]);
  });

  test('ends with the stream, without a reason, and its tasks settle', async () => {
    const { child, parts } = overPipes('exit 0');
    assert.deepEqual(await allEvents(parts), ['disconnected null']);
    await Promise.all(parts.tasks);
    child.stdin.destroy();
  });

  test('ends with the first line that is no message, and reads no further', async () => {
    const parts = childThatWrites('{"method":"a"}\n{nonsense\n{"method":"b"}\n');
    const [first, last, ...rest] = await allEvents(parts);
    assert.equal(first, 'message {"method":"a"}');
    assert.match(last!, /^disconnected failed to parse JSON-RPC message from child: .+ at byte 1$/);
    assert.deepEqual(rest, []);
    await Promise.all(parts.tasks);
  });

  test('reports lines that are no message where that is asked for, and reads on', async () => {
    const parts = childThatWrites('{nonsense\n{"method":"a"}\n[]\n', { malformed: 'report' });
    const [bad, good, array, end] = await allEvents(parts);
    assert.match(bad!, /^malformed failed to parse JSON-RPC message from child: .+/);
    assert.equal(good, 'message {"method":"a"}');
    assert.equal(array, 'malformed failed to parse JSON-RPC message from child: not an object');
    assert.equal(end, 'disconnected null');
  });

  test('counts bytes that are not UTF-8 as no message', async () => {
    const line = Buffer.concat([Buffer.from('{"method":"'), Buffer.of(0xff), Buffer.from('"}\n')]);
    const [end] = await allEvents(childThatWrites(line));
    assert.match(end!, /^disconnected failed to parse JSON-RPC message from child: .+/);
  });

  test('counts a message above the limit as no message, in its place', async () => {
    const big = `{"method":"${'x'.repeat(100)}"}`;
    const events = await allEvents(
      childThatWrites(`{"method":"a"}\n${big}\n${big}\n{"method":"b"}\n`, {
        malformed: 'report',
        maxPayloadBytes: 50,
      }),
    );
    const tooBig = 'malformed failed to parse JSON-RPC message from child: message above 50 bytes';
    assert.deepEqual(events, [
      'message {"method":"a"}',
      tooBig,
      tooBig,
      'message {"method":"b"}',
      'disconnected null',
    ]);
    assert.deepEqual(
      await allEvents(childThatWrites(`{"method":"a"}\n${big}\n`, { maxPayloadBytes: 50 })),
      ['message {"method":"a"}', tooBig.replace('malformed', 'disconnected')],
    );
  });

  test('speaks Content-Length framing where that is asked for', async () => {
    const child = spawn('cat', { stdio: ['pipe', 'pipe', 'inherit'] });
    const parts = JsonRpcConnection.fromStdio(child.stdout, child.stdin, 'child', {
      framing: 'content-length',
    }).intoParts();
    await parts.outgoing.send(Buffer.from('{"id":1,\n"method":"ä"}'));
    parts.outgoing.end();
    assert.deepEqual(await allEvents(parts), [
      'message {"id":1,\n"method":"ä"}',
      'disconnected null',
    ]);
  });

  test('names a line among Content-Length headers that is none', async () => {
    const parts = childThatWrites('Debugger listening\nContent-Length: 14\r\n\r\n{"method":"a"}', {
      framing: 'content-length',
      malformed: 'report',
    });
    assert.deepEqual(await allEvents(parts), [
      'malformed failed to parse JSON-RPC message from child: not a valid header: "Debugger listening"',
      'message {"method":"a"}',
      'disconnected null',
    ]);
  });

  test('ends with a read error, after the messages before it', async () => {
    const { ours, theirs } = await socketPair();
    const parts = JsonRpcConnection.fromStdio(ours, ours, 'peer').intoParts();
    theirs.write('{"method":"a"}\n{"cut');
    assert.deepEqual(await nextEvents(parts, 1), ['message {"method":"a"}']);
    theirs.resetAndDestroy();
    assert.deepEqual(await allEvents(parts), [
      'disconnected failed to read JSON-RPC message from peer: read ECONNRESET',
    ]);
    await Promise.all(parts.tasks);
  });

  for (const framing of ['ndjson', 'content-length'] as const) {
    test(`ends with what is no bytes, from a stream in object mode (${framing})`, async () => {
      const readable = new PassThrough({ objectMode: true });
      const options = { framing };
      const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer', options);
      readable.write({ method: 'a' });
      assert.deepEqual(await allEvents(parts.intoParts()), [
        'disconnected failed to read JSON-RPC message from peer: what was read is not bytes; is the stream in object mode?',
      ]);
    });
  }

  test('ends with a reason when its stream is closed before its end, or was', async () => {
    const readable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer').intoParts();
    readable.write('{"method":"a"}\n{"method":');
    setImmediate(() => readable.destroy());
    assert.deepEqual(await allEvents(parts), [
      'message {"method":"a"}',
      'disconnected failed to read JSON-RPC message from peer: the stream was closed before its end',
    ]);
    const ours = new PassThrough();
    const over = JsonRpcConnection.fromStdio(ours, new PassThrough(), 'peer').intoParts();
    over.outgoing.end();
    ours.destroy();
    assert.deepEqual(await allEvents(over), ['disconnected null']);
    const broken = new PassThrough().on('error', () => undefined);
    broken.destroy(new Error('broken'));
    await new Promise((resolve) => broken.once('close', resolve));
    const late = JsonRpcConnection.fromStdio(broken, new PassThrough(), 'peer').intoParts();
    assert.deepEqual(await allEvents(late), [
      'disconnected failed to read JSON-RPC message from peer: broken',
    ]);
  });

  test('ends regularly over a stream of an older kind, which does not say that it has ended', async () => {
    const old = new EventEmitter();
    const readable = Object.assign(old, {
      pause: () => old,
      resume: () => old,
      isPaused: () => false,
    });
    const peer = readable as unknown as Readable;
    const parts = JsonRpcConnection.fromStdio(peer, new PassThrough(), 'peer').intoParts();
    old.emit('data', Buffer.from('{"method":"a"}\n'));
    old.emit('end');
    assert.deepEqual(await allEvents(parts), ['message {"method":"a"}', 'disconnected null']);
  });

  test('ends with a write error', async () => {
    const { child, parts } = overPipes(`exec 0<&-; echo '{"method":"deaf"}'; exec sleep 60`);
    assert.deepEqual(await nextEvents(parts, 1), ['message {"method":"deaf"}']);
    await parts.outgoing.send({ method: 'a' });
    assert.deepEqual(await allEvents(parts), [
      'disconnected failed to write JSON-RPC message to child: write EPIPE',
    ]);
    await assert.rejects(parts.outgoing.send({ method: 'b' }), { code: 'SLUICE_ERR_DISCONNECTED' });
    await Promise.all(parts.tasks);
    child.kill();
  });

  test('whose stream throws ends alone: another one with messages in the same batch is whole', async () => {
    const throwing = new Writable({
      write: () => {
        throw new Error('no such stream');
      },
    });
    const bad = JsonRpcConnection.fromStdio(new PassThrough(), throwing, 'bad').intoParts();
    const output = new PassThrough();
    const good = JsonRpcConnection.fromStdio(new PassThrough(), output, 'good').intoParts();
    const lost = bad.outgoing.send({ method: 'lost' });
    const ids = Array.from({ length: 300 }, (_, id) => id);
    const sent = Promise.all(ids.map((id) => good.outgoing.send({ id, method: 'm' })));
    await lost;
    assert.deepEqual(await nextEvents(bad, 1), [
      'disconnected failed to write JSON-RPC message to bad: no such stream',
    ]);
    await sent;
    good.outgoing.end();
    const lines = String(Buffer.concat(await output.toArray()));
    assert.equal(lines, ids.map((id) => `{"id":${id},"method":"m"}\n`).join(''));
  });

  const circular: { self?: unknown } = {};
  circular.self = circular;
  const unserializable: readonly [string, unknown, RegExp][] = [
    [
      'a circular object',
      { method: 'a', params: circular },
      /^Converting circular structure to JSON/,
    ],
    ['a BigInt', { method: 'a', params: [1n] }, /^Do not know how to serialize a BigInt$/],
    ['undefined', undefined, /^undefined has no JSON form$/],
  ];
  for (const [name, message, why] of unserializable) {
    test(`ends with ${name}, which cannot be serialized; what was sent before is written`, async () => {
      const writable = new PassThrough();
      const parts = JsonRpcConnection.fromStdio(new PassThrough(), writable, 'peer').intoParts();
      await parts.outgoing.send({ method: 'before' });
      const error: unknown = await parts.outgoing
        .send(message as JsonRpcObject)
        .catch((e: unknown) => e);
      assert.ok(error instanceof SluiceError);
      assert.equal(error.code, 'SLUICE_ERR_SERIALIZE');
      const [event] = await nextEvents(parts, 1);
      const prefix = 'failed to serialize JSON-RPC message for peer: ';
      assert.equal(event, `disconnected ${error.message}`);
      assert.ok(error.message.startsWith(prefix));
      assert.match(error.message.slice(prefix.length), why);
      await Promise.all(parts.tasks);
      assert.equal(String(writable.read()), '{"method":"before"}\n');
    });
  }

  test('ends with bytes that are no message; what was sent after them does not go out', async () => {
    const writable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(new PassThrough(), writable, 'peer').intoParts();
    await parts.outgoing.send({ method: 'before' });
    await parts.outgoing.send(Buffer.from('{"id":1}'));
    await parts.outgoing.send({ method: 'after' });
    assert.deepEqual(await allEvents(parts), [
      'disconnected failed to serialize JSON-RPC message for peer: neither "method", nor "id" with "result" or "error"',
    ]);
    await Promise.all(parts.tasks);
    assert.equal(String(writable.read()), '{"method":"before"}\n');
  });

  test('answers what it was sent before the end of its input', async () => {
    const { child, parts } = overPipes(
      `echo '{"id":1,"method":"a"}'; exec 1>&-; exec cat >/dev/null`,
    );
    const [request] = await nextEvents(parts, 1);
    assert.equal(request, 'message {"id":1,"method":"a"}');
    await parts.outgoing.send({ id: 1, result: null });
    assert.deepEqual(await allEvents(parts), ['disconnected null']);
    await assert.rejects(parts.outgoing.send({ method: 'late' }), {
      code: 'SLUICE_ERR_DISCONNECTED',
    });
    await Promise.all(parts.tasks);
    child.stdin.end();
  });

  test('goes on sending after the end of its input where that is asked for', async () => {
    const readable = new PassThrough();
    const writable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(readable, writable, 'peer', {
      allowHalfOpen: true,
    }).intoParts();
    readable.end();
    assert.deepEqual(await allEvents(parts), ['disconnected null']);
    await parts.outgoing.send({ id: 1, result: 'late' });
    parts.outgoing.end();
    await Promise.all(parts.tasks);
    assert.equal(String(writable.read()), '{"id":1,"result":"late"}\n');
    assert.equal(writable.writableEnded, true);
  });

  test('ends regularly over streams that have ended before', async () => {
    const readable = new PassThrough().end().resume();
    await once(readable, 'end');
    const writable = new PassThrough().destroy();
    const parts = JsonRpcConnection.fromStdio(readable, writable, 'peer').intoParts();
    assert.deepEqual(await allEvents(parts), ['disconnected null']);
    await Promise.all(parts.tasks);
  });

  test('stops reading when the application leaves its loop', async () => {
    const readable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer').intoParts();
    readable.write('{"method":"a"}\n{"method":"b"}\n');
    for await (const event of parts.incoming) {
      assert.equal(event.type, 'message');
      break;
    }
    await parts.tasks[0];
    assert.equal(readable.isPaused(), true);
    assert.deepEqual(await parts.incoming.next(), { done: true, value: undefined });
  });
});
