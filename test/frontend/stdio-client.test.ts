import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, type Readable, Writable } from 'node:stream';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { StdioClient } from '../../src/frontend/stdio-client.js';
import { UNREAD_STDOUT_BYTES } from '../../src/limits.js';
import { silentLogger } from '../../src/log.js';
import type { FrameSink } from '../../src/transport/frame-sink.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { bytes } from '../support/bytes.js';
import { sluice } from '../support/command-line.js';
import { fixture } from '../support/fixture.js';
import { CLI, GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';
import { JsonRpcStream } from '../support/json-rpc-stream.js';
import { laneHere } from '../support/lane-here.js';
import { residentBytes } from '../support/process-table.js';
import { RecordedFlow, sendLines } from '../support/recorded-flow.js';
import { until } from '../support/until.js';

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY);
const CLEAN = { code: 0, signal: null };

const servers = {
  'the built-in echo': {},
  'a process': { command: fixture('scripted-server') },
} as const;

for (const [name, options] of Object.entries(servers)) {
  test(`a stdio client gets every answer of ${name} after the end of its input, and the exit code is 0`, async (t) => {
    const gateway = GatewayProcess.overStdio(t, options);
    const client = new JsonRpcStream(gateway.process);
    const count = 2000;
    for (let n = 0; n < count; n++) client.send(`{"id":${n},"method":"m","params":${n}}\n`);
    client.end();
    for (let n = 0; n < count; n++) assert.equal((await client.next()).result, n);
    assert.deepEqual(await gateway.ended(), CLEAN);
  });

  test(`a stdio client without a message is served by ${name}, and the exit code is 0`, async (t) => {
    const gateway = GatewayProcess.overStdio(t, options);
    gateway.process.stdin.end();
    assert.deepEqual(await gateway.ended(), CLEAN);
    assert.equal(gateway.stdout, '');
  });

  test(`bad lines among good ones of a stdio client of ${name} are answered`, async (t) => {
    const gateway = GatewayProcess.overStdio(t, {
      args: ['--max-payload', '10000'],
      ...options,
    });
    const client = new JsonRpcStream(gateway.process);
    const bad: readonly (readonly [line: Uint8Array, code: number])[] = [
      [bytes('hello\n'), -32700],
      [bytes('{"method":"', [0xff], '"}\n'), -32700],
      [bytes('{"id":1,"id":2,"method":"m"}\n'), -32600],
      [bytes('[]\r\n'), -32600],
      [bytes(`{"method":"${'x'.repeat(20_000)}"}\n`), -32007],
      [bytes(`${'x'.repeat(200_000)}\n`), -32007],
    ];
    for (const [line, code] of bad) {
      client.send('\n \r\n{"id":"before","method":"m"}\r\n');
      assert.equal((await client.next()).id, 'before');
      client.send(line);
      const { id, error } = await client.next();
      assert.deepEqual([id, error?.code], [null, code]);
    }
    client.end('{"id":"last","method":"m","params":"a line without an end"}');
    assert.equal((await client.next()).id, 'last');
    assert.deepEqual(await gateway.ended(), CLEAN);
  });
}

test('answers that a process gives late are delivered after the end of the input', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    command: ['/bin/sh', '-c', 'cat >/dev/null; echo \'{"id":1,"result":"late"}\''],
  });
  const client = new JsonRpcStream(gateway.process);
  client.end('{"id":1,"method":"m"}\n');
  assert.equal((await client.next()).result, 'late');
  assert.deepEqual(await gateway.ended(), CLEAN);
  const errors = gateway.logs.filter(({ level }) => Number(level) >= 50);
  assert.deepEqual(errors, []);
});

test('a stdio client that stops reading costs bounded memory, and gets everything when it reads again', async (t) => {
  const gateway = GatewayProcess.overStdio(t, { command: fixture('scripted-server') });
  const client = new JsonRpcStream(gateway.process);
  client.send('{"id":0,"method":"m"}\n');
  await client.next();
  const before = residentBytes(gateway.pid);
  const [count, size] = [10_000, 10_000];
  gateway.process.stdout.pause();
  client.end(`{"id":1,"method":"flood","params":{"count":${count},"bytes":${size}}}\n`);
  let steadyLooks = 0;
  let last = 0;
  await until('the memory is steady', () => {
    const now = residentBytes(gateway.pid);
    steadyLooks = now - last < 100_000 ? steadyLooks + 1 : 0;
    last = now;
    return steadyLooks >= 25;
  });
  assert.ok(last - before < 40_000_000, `grew by ${last - before} bytes`);
  gateway.process.stdout.resume();
  for (let n = 0; n < count; n++)
    assert.equal(((await client.next()).params as { n: number }).n, n);
  assert.equal((await client.next()).result, 'done');
  assert.deepEqual(await gateway.ended(), CLEAN);
});

test('no error reply is lost to a stdio client that reads late', async (t) => {
  const gateway = GatewayProcess.overStdio(t);
  const client = new JsonRpcStream(gateway.process);
  gateway.process.stdout.pause();
  const count = 20_000;
  client.end('hello\n'.repeat(count));
  await until('the gateway waits', () => gateway.process.stdout.readableLength > 0);
  gateway.process.stdout.resume();
  for (let n = 0; n < count; n++) assert.equal((await client.next()).error?.code, -32700);
  assert.deepEqual(await gateway.ended(), CLEAN);
  assert.doesNotMatch(gateway.stderr, /Warning/);
});

test('a stdio client that closes our output ends the gateway and the process', async (t) => {
  const gateway = GatewayProcess.overStdio(t, { command: fixture('scripted-server') });
  const client = new JsonRpcStream(gateway.process);
  client.send('{"id":1,"method":"m"}\n');
  await client.next();
  gateway.process.stdout.destroy();
  client.send('{"id":2,"method":"flood","params":{"count":100000,"bytes":1000}}\n');
  assert.equal((await gateway.ended()).code, 1);
  assert.ok(gateway.logs.some(({ msg }) => msg === 'the process has exited'));
});

test('a process that exits ends the gateway of its stdio client with exit code 1, after every answer', async (t) => {
  const gateway = GatewayProcess.overStdio(t, { command: fixture('scripted-server') });
  const client = new JsonRpcStream(gateway.process);
  client.send('{"id":1,"method":"m","params":"answer"}\n{"method":"exit","params":{"code":3}}\n');
  assert.equal((await client.next()).result, 'answer');
  assert.equal((await gateway.ended()).code, 1);
  await gateway.logged('the reason', ({ reason }) => reason === 'the server exited with code 3');
});

for (const [what, script, exitCode] of [
  ['answers and exits', 'read x; echo \'{"id":1,"result":2}\'', 0],
  ['exits without an answer', 'read x', 1],
] as const) {
  test(`after the end of the input a process that ${what} makes exit code ${exitCode}`, async (t) => {
    const args = ['serve', '--listen', 'stdio', '--', '/bin/sh', '-c', script];
    const { code } = await sluice(t, args, { input: '{"id":1,"method":"m"}\n' });
    assert.equal(code, exitCode);
  });
}

for (const [what, exitCode] of [
  ['0 when its server does, told to exit', 0],
  ['1 when its server fails to', 1],
] as const) {
  test(`a stdio client that does not end its input has exit code ${what}`, async (t) => {
    const script = `read r; echo '{"id":1,"result":null}'; read n; exit ${exitCode === 0 ? 0 : 3}`;
    const gateway = GatewayProcess.overStdio(t, { command: ['/bin/sh', '-c', script] });
    const client = new JsonRpcStream(gateway.process);
    client.send('{"id":1,"method":"shutdown"}\n');
    assert.equal((await client.next()).id, 1);
    client.send('{"method":"exit"}\n');
    assert.equal((await gateway.ended()).code, exitCode);
  });
}

test('with --on-malformed disconnect a bad line is the last, and the exit code is 1', async (t) => {
  const { code, stdout, stderr } = await sluice(
    t,
    ['serve', '--listen', 'stdio', '--on-malformed', 'disconnect', '--log-format', 'json'],
    { input: '{"id":1,"method":"m"}\nbad\n{"id":2,"method":"m"}\n' },
  );
  assert.equal(code, 1);
  assert.equal(stdout, '{"jsonrpc":"2.0","id":1,"result":null}\n');
  assert.match(stderr, /"reason":"malformed message: unexpected/);
  assert.doesNotMatch(stderr, /write after end/);
});

for (const [what, strays] of [
  ['', ''],
  [
    ', whatever else the server has answered',
    '{"id":null,"error":{"code":-32700,"message":"what?"}}\n{"id":99,"result":"not asked for"}\n',
  ],
] as const) {
  test(`SIGTERM ends the gateway of a stdio client with exit code 0, after what is in flight${what}`, async (t) => {
    const gateway = GatewayProcess.overStdio(t, { command: fixture('scripted-server') });
    const client = new JsonRpcStream(gateway.process);
    client.send(`${JSON.stringify({ method: 'print', params: { text: strays } })}\n`);
    client.send('{"id":1,"method":"hold","params":"late"}\n{"id":2,"method":"m"}\n');
    while ((await client.next()).id !== 2);
    gateway.process.kill('SIGTERM');
    await gateway.logged('the stop', ({ msg }) => msg === 'stopping');
    client.send('{"method":"release"}\n');
    assert.equal((await client.next()).result, 'late');
    assert.deepEqual(await gateway.ended(), CLEAN);
  });
}

test('a request that timed out is waited for no more after the end of the input', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--request-timeout', '200ms', '--drain-timeout', '1h'],
    command: fixture('stubborn-server'),
  });
  const client = new JsonRpcStream(gateway.process);
  client.end('{"id":1,"method":"m"}\n');
  // Which comes first depends on how long the server takes to start.
  const told = [await client.next(), await client.next()];
  assert.ok(told.some(({ method }) => method === 'pids'));
  assert.ok(told.some(({ error }) => error?.code === -32002));
  assert.equal((await gateway.ended()).signal, null);
});

test('a client that leaves after the end of its input is not waited for, though its server does not read', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--drain-timeout', '1h'],
    command: ['/bin/sh', '-c', 'while :; do echo \'{"method":"tick"}\'; sleep 0.1; done'],
  });
  const client = new JsonRpcStream(gateway.process);
  client.end(`{"id":1,"method":"${'x'.repeat(1_000_000)}"}\n`);
  await until('the input was taken', () => gateway.process.stdin.writableFinished);
  assert.equal((await client.next()).method, 'tick');
  gateway.process.stdout.destroy();
  assert.equal((await gateway.ended()).signal, null);
});

test('answers that cannot be written are a failure, after the end of the input too', () => {
  for (const args of [[], ['--mode', 'shared', '--', ...fixture('shared-server')]]) {
    const toFull = ['-c', 'exec "$@" > /dev/full', 'sh', process.execPath, CLI];
    const { status, stderr } = spawnSync(
      '/bin/sh',
      [...toFull, 'serve', '--listen', 'stdio', ...args],
      {
        input: '{"id":1,"method":"m"}\n',
        encoding: 'utf8',
      },
    );
    assert.equal(status, 1);
    assert.match(stderr, /cannot write to standard output: .*ENOSPC/);
  }
});

test('--listen stdio:// with a WebSocket upstream is the bridge in the other direction', async (t) => {
  const server = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const { code, stdout } = await sluice(
    t,
    ['serve', '--listen', 'stdio://', '--upstream', server.url],
    { input: '{"id":1,"method":"m","params":"there and back"}\n{"id":2,"method":"m"}' },
  );
  assert.equal(code, 0);
  const answers = stdout.trimEnd().split('\n');
  assert.deepEqual(
    answers.map((line) => (JSON.parse(line) as Message).result),
    ['there and back', null],
  );
});

test('with --stdio-framing content-length our own input and output have headers', async (t) => {
  const body = (text: string): string => `Content-Length: ${text.length}\r\n\r\n${text}`;
  const input =
    body('{"id":1,"method":"m","params":1}') + body('hello') + body('{"id":2,"method":"m"}');
  const args = ['serve', '--listen', 'stdio', '--stdio-framing', 'content-length'];
  const { code, stdout } = await sluice(t, args, { input });
  assert.equal(code, 0);
  const lengths = [...stdout.matchAll(/Content-Length: (\d+)\r\n\r\n/g)];
  assert.equal(lengths.length, 3);
  const bodies = stdout.split(/Content-Length: \d+\r\n\r\n/).slice(1);
  assert.deepEqual(
    bodies.map(({ length }) => length),
    lengths.map(([, length]) => Number(length)),
  );
  const codes = bodies.map((text) => (JSON.parse(text) as Message).error?.code ?? 0);
  assert.deepEqual(codes.sort(), [-32700, 0, 0]);
});

test('a bad header is answered, and the message behind it too', async (t) => {
  const body = (text: string): string => `Content-Length: ${text.length}\r\n\r\n${text}`;
  const bad = 'Content-Length: none\r\n\r\n{"id":1,"method":"lost"}';
  const args = ['serve', '--listen', 'stdio', '--stdio-framing', 'content-length'];
  const input = bad + body('{"id":2,"method":"m","params":2}');
  const { code, stdout } = await sluice(t, args, { input });
  assert.equal(code, 0);
  const replies = stdout
    .split(/Content-Length: \d+\r\n\r\n/)
    .slice(1)
    .map((text) => JSON.parse(text) as Message & { id: unknown });
  // One for the length that is none, one for the body that stands before the next header.
  assert.deepEqual(
    replies.map(({ id, error, result }) => [id, error?.code ?? result]),
    [
      [null, -32700],
      [null, -32700],
      [2, 2],
    ],
  );
});

test('stdio:// and ws:// are served side by side, with the URL on standard error', async (t) => {
  const gateway = GatewayProcess.overStdio(t, {
    args: ['--listen', 'ws://127.0.0.1:0'],
    command: fixture('scripted-server'),
  });
  const client = new JsonRpcStream(gateway.process);
  client.send('{"id":1,"method":"m","params":"stdio"}\n');
  assert.equal((await client.next()).result, 'stdio');
  await until('the URL is said', () => /^ws:.*$/m.test(gateway.stderr));
  const url = /^ws:.*$/m.exec(gateway.stderr)![0];
  const socket = await JsonRpcSocket.open(t, url);
  client.end();
  assert.equal((await socket.request('m', 'socket')).result, 'socket');
});

/** A client on these streams in this process. */
function clientHere(
  t: TestContext,
  input: Readable,
  output: Writable,
  onClosed: (failure: string | null) => void = () => undefined,
): StdioClient {
  const client = new StdioClient({
    input,
    output,
    framing: 'ndjson',
    maxPayloadBytes: 1000,
    log: silentLogger(),
    onClosed,
  });
  t.after(() => client.close(1000, ''));
  return client;
}

test('what a batch of a shared server has for a stdio client is one write', async (t) => {
  const written: string[][] = [];
  const output = new Writable({
    decodeStrings: true,
    writev: (chunks, done) => {
      written.push(chunks.map(({ chunk }) => String(chunk as Buffer)));
      done();
    },
  });
  const client = clientHere(t, new PassThrough(), output);
  const sink: FrameSink = {
    write: (flow, batch, from, to) => {
      client.send(
        batch,
        Int32Array.from({ length: to - from }, (_, i) => from + i),
        to - from,
      );
      flow.taken(to - from);
    },
  };
  const frames = Array.from({ length: 100 }, (_, id) => `{"id":${id},"method":"m"}`);
  await sendLines(laneHere(), sink, frames);
  // The sender's frames are lines already.
  assert.deepEqual(written, [frames.map((frame) => `${frame} \n`)]);
});

test('the end of the input of a client that has left is not told', async (t) => {
  const input = new PassThrough();
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) });
  const client = clientHere(t, input, output);
  const { flow } = new RecordedFlow(laneHere(), PASS, [], { source: client.source });
  client.start(flow);
  const told: boolean[] = [];
  client.attach({ clientEnded: (gone) => told.push(gone) });
  client.sendOne(Buffer.from('{}'));
  await until('it has left', () => told.length > 0);
  input.end();
  await once(input, 'end');
  assert.deepEqual(told, [true]);
});

test('error replies that a stdio client does not read hold its input up until it has', async (t) => {
  const written: (() => void)[] = [];
  const output = new Writable({ write: (_chunk, _encoding, done) => written.push(done) });
  const input = new PassThrough();
  const client = clientHere(t, input, output);
  const { flow, outputs } = new RecordedFlow(laneHere(), PASS, [], { source: client.source });
  client.start(flow);
  client.reply(new Uint8Array(UNREAD_STDOUT_BYTES + 1));
  input.write('{"id":1,"method":"m"}\n');
  for (let turn = 0; turn < 20; turn++) await setImmediate();
  assert.deepEqual(outputs, []);
  written.shift()!();
  await until('the input is read', () => outputs.length === 1);
});

test('a stdio client that is closed because it does not read has left, whatever is unread', async (t) => {
  const output = new Writable({ write: () => undefined });
  const ends: unknown[] = [];
  const client = clientHere(t, new PassThrough(), output, (failure) => ends.push(failure));
  client.attach({ clientEnded: (gone, failure) => ends.push([gone, failure]) });
  client.sendOne(Buffer.from('{}'));
  client.close(1013, 'too slow');
  await setImmediate();
  assert.deepEqual(ends, [[true, 'too slow'], 'too slow']);
});
