import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';

const FRAMING = ['--framing', 'content-length'];

/** Says this first and then, being cat, gives back what it gets: headers and all. */
function says(text: string): string[] {
  return ['/bin/sh', '-c', 'printf "$1"; exec cat', 'sh', text];
}

test('messages of every size pass unchanged in Content-Length framing, line breaks included', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: FRAMING, command: ['/bin/cat'] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const frames = [0, 1, 100, 4096, 65_500, 70_000, 262_100, 300_000, 5_000_000].map(
    (size) => `{ "method" : "größe",\r\n "params": ["${'x'.repeat(size)}"] }\n`,
  );
  for (const frame of frames) client.send(frame);
  for (const frame of frames) assert.equal(await client.nextFrame(), frame);
});

test('10000 pipelined messages pass in order in Content-Length framing', async (t) => {
  const gateway = await GatewayProcess.start(t, { args: FRAMING, command: ['/bin/cat'] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (let n = 0; n < 10_000; n++) client.send(`{"method":"m","params":${n}}`);
  for (let n = 0; n < 10_000; n++) assert.equal((await client.next()).params, n);
});

test('what is no header before and between messages is skipped and logged', async (t) => {
  const noise = 'Server starting\\nplease wait\\n';
  const message = 'content-type: utf-8\\r\\nCONTENT-LENGTH:14\\r\\n\\r\\n{"method":"a"}';
  const gateway = await GatewayProcess.start(t, {
    args: FRAMING,
    command: says(`${noise}${message}more noise\\n`),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"method":"b"}');
  assert.deepEqual(
    [await client.nextFrame(), await client.nextFrame()],
    ['{"method":"a"}', '{"method":"b"}'],
  );
  await gateway.logged(
    'the noise',
    ({ reason }) => reason === 'not a valid header: Server starting',
  );
});

test('messages go on behind text without an end of line, and behind a header that is none', async (t) => {
  const message = (id: number): string => `Content-Length: 16\\r\\n\\r\\n{"method":"a${id}"}`;
  const bad = 'Content-Length: none\\r\\n\\r\\n{"method":"lost"}';
  const gateway = await GatewayProcess.start(t, {
    args: FRAMING,
    command: says(`loading...${message(10)}${bad}${message(11)}${message(12)}`),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (const n of [10, 11, 12]) assert.equal(await client.nextFrame(), `{"method":"a${n}"}`);
});

test('a body that is no message is skipped and logged, and what follows passes', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: FRAMING,
    command: says('Content-Length: 5\\r\\n\\r\\nhelloContent-Length: 2\\r\\n\\r\\n{}'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.send('{"method":"b"}');
  assert.equal(await client.nextFrame(), '{"method":"b"}');
  await gateway.logged('both', ({ count }) => count === 2);
});

test('a body above --max-payload closes the client with 1009', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: [...FRAMING, '--max-payload', '10000'],
    command: says('Content-Length: 10001\\r\\n\\r\\n'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await client.close()).code, 1009);
});
