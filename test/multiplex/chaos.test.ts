import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { Random } from '../../src/bench/statistics/random.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket, type Message } from '../support/json-rpc-socket.js';
import { childrenOf, processesNaming } from '../support/process-table.js';
import { until } from '../support/until.js';

const ROUNDS = 12;
const CLIENTS = 25;
const REQUESTS = 60;
const GARBAGE = [
  'nope',
  '[1,2',
  '{"id":1}',
  '[]',
  '{"id":1,"id":2,"method":"m"}',
  '{"result":1}',
  '',
];

/** One client's life; resolves with what it saw against the rules. */
function live(url: string, random: Random): Promise<string[]> {
  const problems: string[] = [];
  const awaited = new Map<string, number>();
  const socket = new WebSocket(url, { perMessageDeflate: false });
  const leavesEarly = random.nextBelow(3) === 0;
  let toSend = REQUESTS;
  return new Promise((resolve) => {
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (!leavesEarly) problems.push('the gateway closed a client');
      resolve(leavesEarly ? [] : problems);
    });
    const done = (): void => {
      socket.removeAllListeners('close');
      socket.terminate();
      resolve(problems);
    };
    const sendSome = (): void => {
      for (let n = random.nextBelow(8); n >= 0 && toSend > 0; n--, toSend--) {
        const what = random.nextBelow(10);
        if (what === 0) socket.send(GARBAGE[random.nextBelow(GARBAGE.length)]!);
        const id = `r${toSend}`;
        awaited.set(id, (awaited.get(id) ?? 0) + 1);
        const method = what === 1 ? 'hold' : 'echo';
        socket.send(
          JSON.stringify({ id, method, params: [id, 'x'.repeat(random.nextBelow(3000))] }),
        );
        if (what === 2) {
          socket.send(
            JSON.stringify({ method: 'notifications/cancelled', params: { requestId: id } }),
          );
        }
      }
      socket.send('{"method":"release"}');
      if (leavesEarly && toSend < REQUESTS / 2) socket.terminate();
    };
    socket.on('open', sendSome);
    socket.on('message', (data: Buffer) => {
      if (random.nextBelow(40) === 0) {
        socket.pause();
        setImmediate(() => socket.resume());
      }
      const { id, result, error } = JSON.parse(data.toString()) as Message;
      if (id === null || id === undefined || (error?.code ?? 0) === -32600) return;
      const missing = awaited.get(String(id)) ?? 0;
      if (missing === 0) problems.push(`${String(id)} was answered twice`);
      if (result !== undefined && (result as unknown[])[0] !== id) {
        problems.push(`${String(id)} got the answer of ${JSON.stringify(result).slice(0, 40)}`);
      }
      if (missing <= 1) awaited.delete(String(id));
      else awaited.set(String(id), missing - 1);
      if (toSend > 0) sendSome();
      else if (awaited.size === 0) done();
      else socket.send('{"method":"release"}');
    });
  });
}

/** A process that was seen a moment ago may have ended by itself. */
function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

test('clients that come, go, stall and send garbage while the process is killed at random', async (t) => {
  const mark = `sluice-chaos-${process.pid}`;
  const gateway = await GatewayProcess.start(t, {
    args: ['--mode', 'pool', '--pool-size', '2', '--idle-timeout', '0s', '--max-restarts', '1000'],
    command: [...fixture('shared-server'), mark],
  });
  const descriptors = (): number => readdirSync(`/proc/${gateway.pid}/fd`).length;
  const probe = await JsonRpcSocket.open(t, gateway.url);
  await probe.request('echo');
  probe.socket.close();
  await probe.close();
  await until('it is quiet', () => childrenOf(gateway.pid).length <= 1);
  const before = descriptors();

  const random = new Random(20_261_122);
  for (let round = 0; round < ROUNDS; round++) {
    const lives = Array.from({ length: CLIENTS }, () => live(gateway.url, random));
    let over = false;
    const all = Promise.all(lives).finally(() => {
      over = true;
    });
    for (let kills = random.nextBelow(3); kills > 0; kills--) {
      await until('a server runs', () => over || processesNaming(mark).length > 0);
      const [pid] = processesNaming(mark).filter((one) => one !== gateway.pid);
      if (pid !== undefined) killIfAlive(pid);
    }
    assert.deepEqual((await all).flat(), [], `round ${round}`);
  }
  await until('no process is left', () => childrenOf(gateway.pid).length <= 1);
  await until('no descriptor is left', () => descriptors() <= before);
});
