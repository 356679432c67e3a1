import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { fixture, fixtureFile } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';

/** The server's answer has the word, the request that it answers has not. */
const POISON = '"poi\\u0073on"';

for (const mode of ['session', 'shared']) {
  test(`an answer that no worker survives is an error for who waits for it, in mode ${mode}`, async (t) => {
    const gateway = await GatewayProcess.start(t, {
      args: ['--mode', mode, '--offload', 'always', '--threads', '1'],
      command: fixture('shared-server'),
      env: {
        NODE_OPTIONS: `--import=${pathToFileURL(fixtureFile('workers/redirect')).href}`,
        SLUICE_TEST_WORKER: pathToFileURL(fixtureFile('workers/dies-of-poison')).href,
      },
    });
    const client = await JsonRpcSocket.open(t, gateway.url);
    client.send(`{"id":"a","method":"m","params":${POISON}}`);
    const { id, error } = await client.next();
    assert.deepEqual([id, error?.code], ['a', -32603]);
    assert.equal((await client.request('m', 'next')).result, 'next');
    client.send(`[{"id":1,"method":"m","params":${POISON}},{"id":2,"method":"m","params":"good"}]`);
    const answers = JSON.parse(await client.nextFrame()) as { id: number; result?: string }[];
    assert.deepEqual(
      answers.map((answer) => [answer.id, answer.result]),
      [
        [1, undefined],
        [2, 'good'],
      ],
    );
  });
}
