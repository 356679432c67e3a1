import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';

const REQUESTS = 10_000;

/** The variants differ in what stands behind the gateway and in where frames are processed. */
const variants = {
  'the built-in echo': {},
  'the built-in echo, with every frame going through the workers': {
    args: ['--offload', 'always'],
  },
  'a process': { command: fixture('scripted-server') },
  'a process, with every frame going through the workers': {
    args: ['--offload', 'always', '--threads', '2'],
    command: fixture('scripted-server'),
  },
} as const;

for (const [name, options] of Object.entries(variants)) {
  test(`${REQUESTS} pipelined requests on one connection are all answered in order by ${name}`, async (t) => {
    const gateway = await GatewayProcess.start(t, options);
    const client = await JsonRpcSocket.open(t, gateway.url);
    for (let n = 0; n < REQUESTS; n++) {
      client.send(`{"jsonrpc":"2.0","id":${n + 0.5},"method":"m","params":[${n}]}`);
    }
    for (let n = 0; n < REQUESTS; n++) {
      const { id, result } = await client.next();
      assert.deepEqual([id, result], [n + 0.5, [n]]);
    }
  });
}

test('messages of very different sizes keep their order', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const sizes = [10, 300_000, 20, 700_000, 100_000, 30, 2_000_000, 40, 255_000, 263_000, 50];
  for (const [n, size] of sizes.entries()) {
    client.send(`{"id":"${n}","method":"m","params":["${'x'.repeat(size)}"]}`);
  }
  for (const [n, size] of sizes.entries()) {
    const { id, result } = await client.next();
    assert.equal(id, String(n));
    assert.equal((result as [string])[0].length, size);
  }
});

test('a message on its own gets through, whatever its size', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  for (const kibibytes of [1, 63, 64, 65, 127, 255, 256, 257, 1024, 4096, 8192]) {
    const text = 'x'.repeat(kibibytes * 1024);
    assert.deepEqual((await client.request('m', { text })).result, { text });
  }
});
