import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installed } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';
import { processesNaming } from '../support/process-table.js';
import { until } from '../support/until.js';

const EXEC_SERVER = installed('codex', 'exec-server', '--listen', 'stdio');

interface ProcessParams {
  readonly seq: number;
  readonly stream?: string;
  readonly chunk?: string;
  readonly exitCode?: number;
}

type Telling = ProcessParams & { readonly method: string };

/** What `process/start` is asked for; codex leaves out and does not want "jsonrpc". */
function startRequest(id: number, script: string): string {
  return JSON.stringify({
    id,
    method: 'process/start',
    params: {
      processId: `process ${id}`,
      argv: ['/bin/sh', '-c', script],
      cwd: 'file:///tmp',
      env: { PATH: '/usr/bin:/bin' },
      tty: false,
      arg0: null,
    },
  });
}

async function initialize(client: JsonRpcSocket): Promise<void> {
  client.send('{"id":1,"method":"initialize","params":{"clientName":"sluice-test"}}');
  const { id, result } = await client.next();
  assert.equal(id, 1);
  assert.equal(typeof (result as { sessionId: string }).sessionId, 'string');
  client.send('{"method":"initialized","params":{}}');
}

/** What codex tells of its only process, up to the last of it, in the order of its numbers. */
async function tellings(client: JsonRpcSocket): Promise<{ reply: Message; told: Telling[] }> {
  const told: Telling[] = [];
  let [reply, last]: [Message | null, number] = [null, Number.POSITIVE_INFINITY];
  // codex numbers what it tells, and does not always send it in that order.
  while (reply === null || told.length < last) {
    const message = await client.next();
    const { id, method, params } = message;
    if (id === 2) reply = message;
    if (method !== undefined) told.push({ method, ...(params as ProcessParams) });
    if (method === 'process/closed') last = told.at(-1)!.seq;
  }
  told.sort((a, b) => a.seq - b.seq);
  assert.deepEqual(
    told.map(({ seq }) => seq),
    told.map((_, n) => n + 1),
  );
  return { reply, told };
}

test('codex exec-server starts a process and tells of its output, its exit and bad input', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: EXEC_SERVER });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await initialize(client);
  client.send(startRequest(2, 'echo out; echo err >&2; exit 3'));
  const { reply, told } = await tellings(client);
  assert.deepEqual(reply.result, { processId: 'process 2', sandboxType: 'none' });
  const outputs = told
    .filter(({ method }) => method === 'process/output')
    .map(({ stream, chunk }) => [stream, Buffer.from(chunk!, 'base64').toString()]);
  assert.deepEqual(outputs.sort(), [
    ['stderr', 'err\n'],
    ['stdout', 'out\n'],
  ]);
  assert.equal(told.find(({ method }) => method === 'process/exited')!.exitCode, 3);

  client.send('this is not JSON');
  const refusal = await client.next();
  assert.deepEqual([refusal.id, refusal.error?.code], [null, -32700]);
  client.send('{"id":3,"method":"no/such/method","params":{}}');
  assert.equal((await client.next()).error?.code, -32601);
});

test('a large output of a codex process arrives whole', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: EXEC_SERVER });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await initialize(client);
  client.send(startRequest(2, 'seq 1 50000'));
  const { told } = await tellings(client);
  const output = told.map(({ chunk = '' }) => Buffer.from(chunk, 'base64').toString()).join('');
  assert.equal(output, Array.from({ length: 50_000 }, (_, n) => `${n + 1}\n`).join(''));
});

test('what codex has started ends with its client', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: EXEC_SERVER });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await initialize(client);
  const mark = `sluice-test-${process.pid}`;
  client.send(startRequest(2, `: ${mark}; while :; do sleep 1; done`));
  await until('it runs', () => processesNaming(mark).length > 0);
  client.socket.close();
  await until('it is gone', () => processesNaming(mark).length === 0);
});
