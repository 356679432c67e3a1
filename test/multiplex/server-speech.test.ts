import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { receivedLines, sharedGateway } from '../support/shared-gateway.js';

const QUESTION = '{"jsonrpc":"2.0","id":"q\\u0031","method":"ask","params":{"n":1}}';

test('a request of the server goes to the client whose request is in flight', async (t) => {
  const gateway = await sharedGateway(t);
  const oldest = await JsonRpcSocket.open(t, gateway.url);
  const owner = await JsonRpcSocket.open(t, gateway.url);
  await oldest.request('echo');
  owner.send(`{"id":"s","method":"say","params":{"frames":[${JSON.stringify(QUESTION)}]}}`);
  const question = await owner.next();
  assert.equal(question.method, 'ask');
  assert.equal(typeof question.id, 'number');
  assert.equal((await owner.next()).id, 's');
  // Not its own to answer, nor twice, nor another id.
  oldest.send(`{"id":${Number(question.id)},"result":"forged"}`);
  owner.send(`{"id":${Number(question.id) + 1},"result":"forged"}`);
  owner.send(`{"id":${Number(question.id)},"result":"mine"}`);
  owner.send(`{"id":${Number(question.id)},"result":"twice"}`);
  await oldest.request('echo');
  const answers = (await receivedLines(owner)).filter((line) => line.includes('"result"'));
  assert.deepEqual(answers, ['{"id":"q\\u0031","result":"mine"}']);
});

test('it goes to the oldest client by --server-requests oldest, to nobody by refuse', async (t) => {
  const asking = `{"id":"s","method":"say","params":{"frames":[${JSON.stringify(QUESTION)}]}}`;
  const oldestGets = await sharedGateway(t, ['--server-requests', 'oldest']);
  const oldest = await JsonRpcSocket.open(t, oldestGets.url);
  await oldest.request('echo');
  const younger = await JsonRpcSocket.open(t, oldestGets.url);
  younger.send(asking);
  assert.equal((await oldest.next()).method, 'ask');
  assert.equal((await younger.next()).id, 's');

  const refusing = await sharedGateway(t, ['--server-requests', 'refuse']);
  const client = await JsonRpcSocket.open(t, refusing.url);
  client.send(asking);
  assert.equal((await client.next()).id, 's');
  const answer = (await receivedLines(client)).find((line) => line.includes('"error"'));
  assert.match(answer!, /^\{"jsonrpc":"2\.0","id":"q\\u0031","error":\{"code":-32000.*no_client/);
});

test('a client that leaves without an answer leaves the server an error', async (t) => {
  const gateway = await sharedGateway(t);
  const leaving = await JsonRpcSocket.open(t, gateway.url);
  leaving.send(`{"id":"s","method":"say","params":{"frames":[${JSON.stringify(QUESTION)}]}}`);
  await leaving.next();
  const staying = await JsonRpcSocket.open(t, gateway.url);
  leaving.socket.close();
  await leaving.close();
  let error: string | undefined;
  for (let n = 0; n < 50 && error === undefined; n++) {
    error = (await receivedLines(staying)).find((line) => line.includes('"error"'));
  }
  assert.match(error ?? '', /"id":"q\\u0031","error".*client_gone/);
});

test('notifications go to every client, or as --notification says', async (t) => {
  const args = ['--notification', 'first=oldest', '--notification', 'quiet=none'];
  const gateway = await sharedGateway(t, args);
  const clients = [
    await JsonRpcSocket.open(t, gateway.url),
    await JsonRpcSocket.open(t, gateway.url),
  ] as const;
  for (const client of clients) await client.request('echo');
  const frames = ['first', 'quiet', 'news'].map((method) => JSON.stringify({ method }));
  await clients[1].request('say', { frames });
  assert.deepEqual(
    [(await clients[0].next()).method, (await clients[0].next()).method],
    ['first', 'news'],
  );
  assert.equal((await clients[1].next()).method, 'news');
});

test('before its handshake a client is told nothing by a server that has one', async (t) => {
  const gateway = await sharedGateway(t);
  const greeted = await JsonRpcSocket.open(t, gateway.url);
  greeted.send('{"id":"i","method":"initialize","params":{}}');
  await greeted.next();
  const stranger = await JsonRpcSocket.open(t, gateway.url);
  await stranger.request('echo');
  await greeted.request('say', { frames: ['{"method":"news"}'] });
  assert.equal((await greeted.next()).method, 'news');
  assert.equal((await stranger.request('echo', 'quiet')).result, 'quiet');
});

test('the server cancels its own request with the id that the client knows', async (t) => {
  const gateway = await sharedGateway(t);
  const client = await JsonRpcSocket.open(t, gateway.url);
  const cancel = '{"method":"notifications/cancelled","params":{"requestId":"q\\u0031"}}';
  await client.request('say', {
    frames: [QUESTION, cancel, cancel.replace('q\\u0031', 'unknown')],
  });
  const { id } = await client.next();
  assert.deepEqual((await client.next()).params, { requestId: id });
});

test('progress of a token that the server made goes to the client that was asked to show it', async (t) => {
  const gateway = await sharedGateway(t);
  const other = await JsonRpcSocket.open(t, gateway.url);
  const client = await JsonRpcSocket.open(t, gateway.url);
  await other.request('echo');
  const create = '{"id":1,"method":"window/workDoneProgress/create","params":{"token":"t"}}';
  const progress = '{"method":"$/progress","params":{"token":"t","value":1}}';
  await client.request('say', { frames: [create, progress] });
  assert.equal((await client.next()).method, 'window/workDoneProgress/create');
  assert.deepEqual((await client.next()).params, { token: 't', value: 1 });
  assert.equal((await other.request('echo', 'nothing')).result, 'nothing');
});

test('in mode pool a new client goes to the process with the fewest, and stays there', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'pool', '--pool-size', '2'],
    command: fixture('scripted-server'),
  });
  const pids: number[] = [];
  const clients: JsonRpcSocket[] = [];
  const pidOf = async (client: JsonRpcSocket): Promise<number> =>
    ((await client.request('process')).result as { pid: number }).pid;
  for (let n = 0; n < 4; n++) {
    const client = await JsonRpcSocket.open(t, gateway.url);
    clients.push(client);
    pids.push(await pidOf(client));
  }
  assert.equal(new Set(pids).size, 2);
  assert.deepEqual([pids[2], pids[3]], [pids[0], pids[1]]);
  for (const [k, client] of clients.entries()) assert.equal(await pidOf(client), pids[k]);
});

test('a ws:// server is shared too, and reached again when it comes back', async (t) => {
  // Below the ports that the system gives to connections, one of which might take it meanwhile.
  const listen = ['--listen', `ws://127.0.0.1:${20_000 + (process.pid % 10_000)}`];
  const command = fixture('recording-server');
  const behind = await GatewayProcess.start(t, { args: listen, command });
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'shared', '--upstream', behind.url],
  });
  const clients = [
    await JsonRpcSocket.open(t, gateway.url),
    await JsonRpcSocket.open(t, gateway.url),
  ] as const;
  for (const client of clients) await client.request('echo');
  assert.deepEqual((await receivedLines(clients[0])).length, 2);
  behind.process.kill('SIGTERM');
  await behind.exited;
  const answer = clients[0].request('echo', 'after');
  await GatewayProcess.start(t, { args: listen, command });
  assert.equal((await answer).result, 'after');
});
