import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';
import { machineFacts } from '../src/bench/measurement/machine.js';
import { parseOptions } from '../src/bench/options/parse-options.js';
import { runBenchmark } from '../src/bench/run-benchmark.js';
import { rawEcho, sluice } from './peers/peer-list.js';
import { type PeerCommand, type RunningPeer, startPeer } from './peers/peer-process.js';

/**
 * Memory of the gateway: for each of 10,000 idle connections, beside raw uWebSockets.js with as
 * many, and under full load after one minute and after `--minutes` (2).
 *
 *     node dist/bench/memory.bench.js [--connections 10000] [--minutes 10]
 */
const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '2' },
  },
});
const connections = Number(values.connections);
const WANTED_IDLE_BYTES = 2048;
const OPEN_AT_ONCE = 100;

const own = await idleBytes(sluice(['--max-connections', String(connections + 10)]));
const raw = await idleBytes(rawEcho());
const load = await underLoad(Number(values.minutes));
const report = {
  name: 'memory',
  machine: machineFacts(),
  connections,
  idleBytesPerConnection: { sluice: own, rawUwebsockets: raw, gateway: own - raw },
  met: own - raw <= WANTED_IDLE_BYTES,
  residentBytesUnderLoad: load,
};
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);

/** Growth of the server's resident memory for each idle connection, in bytes. */
async function idleBytes(command: PeerCommand): Promise<number> {
  const server = await startPeer(command);
  // The first ones pay for what is made once.
  const first = await open(server, 500);
  const before = residentBytes(server.pid);
  const others = await open(server, connections - 500);
  const after = residentBytes(server.pid);
  for (const socket of [...first, ...others]) socket.terminate();
  await server.stop();
  return Math.round((after - before) / (connections - 500));
}

async function open(server: RunningPeer, count: number): Promise<WebSocket[]> {
  const sockets: WebSocket[] = [];
  while (sockets.length < count) {
    const some = Array.from({ length: Math.min(OPEN_AT_ONCE, count - sockets.length) }, () => {
      return new Promise<WebSocket>((resolve, reject) => {
        const socket = new WebSocket(server.url, { perMessageDeflate: false });
        socket.once('open', () => resolve(socket));
        socket.once('error', reject);
      });
    });
    sockets.push(...(await Promise.all(some)));
  }
  return sockets;
}

/** Resident memory after each minute of 50 connections, 16 requests of 1.2 KB deep. */
async function underLoad(minutes: number): Promise<number[]> {
  const server = await startPeer(sluice([]));
  const resident: number[] = [];
  for (let minute = 0; minute < minutes; minute++) {
    const options = parseOptions([
      ...[server.url, '--connections', '50', '--depth', '16', '--payload-size', '1200'],
      ...['--warmup', '0s', '--duration', '60s'],
    ]);
    const result = await runBenchmark(options, options.target, {
      onSnapshot: () => undefined,
      signal: new AbortController().signal,
    });
    if (!result.passed) throw new Error(result.failureReasons.join('; '));
    resident.push(residentBytes(server.pid));
    process.stderr.write(`minute ${minute + 1}: ${Math.round(resident.at(-1)! / 2 ** 20)} MiB\n`);
  }
  await server.stop();
  return resident;
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}
