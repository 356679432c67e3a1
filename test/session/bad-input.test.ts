import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bytes } from '../support/bytes.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess, type LogLine } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';

interface BadFrame {
  readonly what: string;
  readonly frame: string | Uint8Array;
  readonly code: number;
  /** Of the error reply. */
  readonly id?: string | number;
}

/** Frames that are no messages, and what is answered to each. */
const BAD_FRAMES: readonly BadFrame[] = [
  { what: 'text that is not JSON', frame: 'hello', code: -32700 },
  { what: 'an empty frame', frame: '', code: -32700 },
  { what: 'white space', frame: ' \t', code: -32700 },
  { what: 'half a message', frame: '{"id":1,"method":"m"', code: -32700 },
  { what: 'two messages', frame: '{"method":"a"}{"method":"b"}', code: -32700 },
  { what: 'a trailing comma', frame: '{"id":1,"method":"m",}', code: -32700 },
  { what: 'a control character', frame: '{"id":1,"method":"\u0001"}', code: -32700 },
  { what: 'a bare NaN', frame: '{"id":1,"method":"m","params":[NaN]}', code: -32700 },
  { what: 'a NUL byte', frame: bytes('{"id":1,"method":"m"}', [0]), code: -32700 },
  { what: 'a byte order mark', frame: bytes([0xef, 0xbb, 0xbf], '{"method":"m"}'), code: -32700 },
  { what: 'bytes that are not UTF-8', frame: bytes('{"method":"', [0xff], '"}'), code: -32700 },
  { what: 'an overlong encoding', frame: bytes('{"method":"', [0xc0, 0xaf], '"}'), code: -32700 },
  {
    what: 'a surrogate as UTF-8',
    frame: bytes('{"method":"', [0xed, 0xa0, 0x80], '"}'),
    code: -32700,
  },
  { what: 'too few closing brackets, deep down', frame: '['.repeat(100_000), code: -32700 },
  { what: 'an empty batch', frame: '[]', code: -32600 },
  { what: 'a number', frame: '42', code: -32600 },
  { what: 'an empty object', frame: '{}', code: -32600 },
  { what: 'a null id', frame: '{"id":null,"method":"m"}', code: -32600 },
  { what: 'an id that is an object', frame: '{"id":{},"method":"m"}', code: -32600 },
  { what: 'a method that is a number', frame: '{"id":"a","method":1}', code: -32600, id: 'a' },
  { what: 'an id without anything', frame: '{"id":7}', code: -32600, id: 7 },
  { what: 'a repeated id', frame: '{"id":1,"id":2,"method":"m"}', code: -32600 },
  { what: 'an escaped repeated id', frame: '{"id":1,"\\u0069d":2,"method":"m"}', code: -32600 },
  { what: 'a repeated method', frame: '{"id":3,"method":"a","method":"b"}', code: -32600, id: 3 },
];

/** Nested beyond what many parsers take, and valid. */
const DEEP = `{"id":"deep","method":"m","params":${'['.repeat(3000)}${']'.repeat(3000)}}`;

function closedFor(why: string): (line: LogLine) => boolean {
  return (line) => line.msg === 'a client was closed' && line.why === why;
}

function expectError({ what, code, id }: BadFrame, { id: gotId, error }: Message): void {
  assert.deepEqual([gotId, error?.code], [id ?? null, code], what);
  assert.equal(error?.data?.reason, code === -32700 ? 'invalid_json' : 'invalid_message', what);
}

const upstreams = {
  'the built-in echo': {},
  'the built-in echo, in workers': { args: ['--offload', 'always'] },
  'a process': { command: fixture('scripted-server') },
} as const;

for (const [name, options] of Object.entries(upstreams)) {
  test(`each bad frame among good ones is answered, and the good ones reach ${name}`, async (t) => {
    const gateway = await GatewayProcess.start(t, options);
    const client = await JsonRpcSocket.open(t, gateway.url);
    const other = await JsonRpcSocket.open(t, gateway.url);
    for (const bad of BAD_FRAMES) {
      assert.equal((await client.request('m', bad.what)).result, bad.what);
      client.send(bad.frame);
      expectError(bad, await client.next());
      assert.equal((await client.request('m', bad.what)).result, bad.what);
    }
    client.send(DEEP);
    assert.equal((await client.next()).id, 'deep');
    assert.equal((await other.request('m', 'other')).result, 'other');
  });

  test(`bad and good frames in one go are answered, each its own way, by ${name}`, async (t) => {
    const gateway = await GatewayProcess.start(t, options);
    const client = await JsonRpcSocket.open(t, gateway.url);
    const answers = new Map<string | number | null, Message[]>();
    BAD_FRAMES.forEach(({ frame }, n) => {
      client.send(`{"id":"good ${n}","method":"m","params":[]}`);
      client.send(frame);
    });
    for (let n = 0; n < BAD_FRAMES.length * 2; n++) {
      const message = await client.next();
      answers.set(message.id!, [...(answers.get(message.id!) ?? []), message]);
    }
    for (let n = 0; n < BAD_FRAMES.length; n++) {
      assert.equal(answers.get(`good ${n}`)?.length, 1);
    }
    const errors = [...answers.values()].flat().flatMap(({ error }) => error?.code ?? []);
    assert.deepEqual(errors.sort(), BAD_FRAMES.map(({ code }) => code).sort());
  });
}

test('a text frame that is not UTF-8 ends its own connection at most', async (t) => {
  const gateway = await GatewayProcess.start(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  client.socket.on('error', () => undefined);
  client.send(bytes('{"method":"', [0xff], '"}'), false);
  const { code } = await client.close();
  assert.ok(code === 1006 || code === 1007);
  await gateway.logged('that it was closed', closedFor('Received invalid UTF-8'));
  assert.equal((await other.request('m', 'other')).result, 'other');
});

test('a message above --max-payload closes with 1009, and others are unharmed', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--max-payload', '10000'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  const empty = JSON.stringify({ id: 1, method: 'complain', params: { text: '' } });
  client.send(empty.replace('""', `"${'x'.repeat(10_000 - empty.length)}"`));
  assert.equal((await client.next()).id, 1);
  client.send(empty.replace('""', `"${'x'.repeat(10_001 - empty.length)}"`));
  assert.deepEqual(await client.close(), { code: 1009, reason: 'message above 10000 bytes' });
  assert.equal((await other.request('m', 'other')).result, 'other');
  await gateway.logged('the first', closedFor('message above 10000 bytes'));
  const third = await JsonRpcSocket.open(t, gateway.url);
  third.send(empty.replace('""', `"${'x'.repeat(20_001)}"`));
  assert.equal((await third.close()).code, 1006);
  await gateway.logged('the third', closedFor('Received too big message'));
});

test('a message in fragments counts as a whole', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: ['--max-payload', '10000'] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.socket.send('{"id":1,"method":"m",', { fin: false });
  client.socket.send('"params":[1]}', { fin: true });
  assert.deepEqual((await client.next()).result, [1]);
  for (let n = 0; n < 3; n++) client.socket.send(' '.repeat(5000), { fin: n === 2 });
  assert.equal((await client.close()).code, 1009);
});

test('with --on-malformed disconnect a bad message closes with 1007, and has no answer', async (t) => {
  for (const options of [{}, { command: fixture('scripted-server') }]) {
    const gateway = await GatewayProcess.start(t, {
      args: ['--on-malformed', 'disconnect'],
      ...options,
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    const other = await JsonRpcSocket.open(t, gateway.url);
    assert.equal((await client.request('m', 'good')).result, 'good');
    client.send('hello');
    client.send('[7,{"id":1,"method":"m"}]');
    const { code, reason } = await client.close();
    assert.equal(code, 1007);
    assert.match(reason, /^malformed message: unexpected/);
    await assert.rejects(client.next());
    await gateway.logged('why', ({ msg, why }) => {
      return msg === 'a client was closed' && String(why).startsWith(reason);
    });
    assert.equal((await other.request('m', 'other')).result, 'other');
  }
});

for (const mode of ['session', 'shared']) {
  test(`with --on-malformed disconnect nothing behind a bad message reaches the server, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--on-malformed', 'disconnect', '--mode', mode],
      command: fixture('scripted-server'),
    });
    const complain = (text: string): string =>
      JSON.stringify({ method: 'complain', params: { text: `${text}\n` } });
    for (const bad of [`7`, `[${complain('before')},7,${complain('behind')}]`, '[]']) {
      const client = await JsonRpcSocket.open(t, gateway.url);
      assert.equal((await client.request('m', 'good')).result, 'good');
      client.send(bad);
      client.send(complain('behind'));
      assert.equal((await client.close()).code, 1007, bad);
    }
    await gateway.logged('what came before', ({ stderr }) => stderr === 'before');
    gateway.process.kill('SIGTERM');
    await gateway.ended();
    assert.doesNotMatch(gateway.stderr, /behind/);
  });
}

test('noise on the output of a server is skipped, counted and logged at a limited rate', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const text = 'Server ready\n\n{"not":"a message"}\n[]\n\x1b[32mgreen\x1b[0m\n'.repeat(100);
  assert.equal((await client.request('print', { text })).result, 'printed');
  assert.equal((await client.request('m', 'after the noise')).result, 'after the noise');
  client.notify('exit', { code: 0 });
  await client.close();
  await gateway.logged('the count', ({ msg, count }) => {
    return msg === 'more server output was skipped' && count === 400;
  });
  const lines = gateway.logs.filter(({ msg }) => msg?.includes('no message was skipped'));
  assert.ok(lines.length > 0 && lines.length <= 10, `${lines.length} lines were logged`);
});

test('a last line of a server without an end is a message all the same', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send(JSON.stringify({ method: 'print', params: { text: '{"method":"last"}' } }));
  client.notify('exit', { code: 0 });
  assert.equal((await client.next()).method, 'last');
  assert.equal((await client.close()).code, 1000);
});

test('a message of a server above --max-payload closes its client with 1009', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--max-payload', '10000'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const other = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"method":"flood","params":{"count":1,"bytes":20000}}');
  const { code, reason } = await client.close();
  assert.equal(code, 1009);
  assert.match(reason, /^the server sent a message above 10000 bytes/);
  assert.equal((await other.request('m', 'other')).result, 'other');
});

/** Answers with what the method says, of which only an echo is valid. */
const BROKEN_SERVER = [
  process.execPath,
  '-e',
  `require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    const answers = {
      'string code': { error: { code: 'E_BAD', message: 'x' } },
      'no message': { error: { code: 1 } },
      'no result': {},
      echo: { result: params },
    };
    // As Python's json.dumps writes it.
    if (method === 'not JSON') console.log('{"id": ' + JSON.stringify(id) + ', "result": {"x": NaN}}');
    else if (id !== undefined) console.log(JSON.stringify({ id, ...answers[method] }));
  });`,
];

for (const mode of ['session', 'shared']) {
  test(`an answer of the server that is no message becomes an error, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: BROKEN_SERVER,
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    for (const method of ['string code', 'no message', 'no result', 'not JSON']) {
      client.send(`{"id":"${method}","method":"${method}"}`);
      const { id, error } = await client.next();
      assert.deepEqual([id, error?.code, error?.data?.reason], [method, -32603, 'broken_reply']);
    }
    client.send('[{"id":1,"method":"no result"},{"id":2,"method":"echo","params":"fine"}]');
    const answers = JSON.parse(await client.nextFrame()) as Message[];
    assert.deepEqual(
      answers.map(({ id, result, error }) => [id, result ?? error?.code]),
      [
        [1, -32603],
        [2, 'fine'],
      ],
    );
    assert.equal((await client.request('echo', 'still here')).result, 'still here');
    // Nothing is left in flight: a stop has nothing to wait for.
    gateway.process.kill('SIGTERM');
    assert.equal((await client.close()).code, 1001);
    await gateway.ended();
    assert.doesNotMatch(gateway.stderr, /still in flight/);
  });
}

/** Asks its client a question for each request, and answers the request with what it gets. */
const ASKING_SERVER = [
  process.execPath,
  '-e',
  `let request;
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const message = JSON.parse(line);
    if (message.method === undefined) console.log(JSON.stringify({ id: request, result: message }));
    else {
      request = message.id;
      console.log('{"id":"question","method":"question"}');
    }
  });`,
];

for (const mode of ['session', 'shared']) {
  test(`an answer of the client that is no message becomes an error for the server, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode],
      command: ASKING_SERVER,
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    // In mode shared the server's question has the same id.
    client.send('{"id":1,"method":"ask"}');
    const { id } = await client.next();
    client.send(JSON.stringify({ id, error: { code: 'E_BAD', message: 'no' } }));
    const told = await client.next();
    assert.deepEqual([told.id, told.error?.code], [null, -32600]);
    const answer = await client.next();
    const { id: asked, error } = answer.result as Message;
    assert.deepEqual([answer.id, asked, error?.code], [1, 'question', -32603]);
    assert.equal(error?.data?.reason, 'broken_reply');
  });
}

test('an id alone is an answer to a shared server that has asked with it, and else a request without its method', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared'],
    command: ASKING_SERVER,
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"id":7,"method":"ask"}');
  const { id } = await client.next();
  client.send(`[{"id":${id as number}}]`);
  assert.deepEqual(
    (JSON.parse(await client.nextFrame()) as Message[]).map((told) => [told.id, told.error?.code]),
    [[null, -32600]],
  );
  const answer = await client.next();
  assert.deepEqual([answer.id, (answer.result as Message).error?.code], [7, -32603]);
  client.send(`{"id":${id as number}}`);
  const told = await client.next();
  assert.deepEqual([told.id, told.error?.code], [id, -32600]);
});
