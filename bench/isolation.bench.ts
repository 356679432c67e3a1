import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { machineFacts } from '../src/bench/measurement/machine.js';
import { parseOptions } from '../src/bench/options/parse-options.js';
import { runBenchmark } from '../src/bench/run-benchmark.js';
import type { RunResult } from '../src/bench/run-result.js';
import { sluice } from './peers/peer-list.js';
import { startPeer } from './peers/peer-process.js';

/**
 * What others feel of one client that sends 8 MiB messages without pause, and of one that floods:
 * round trips of 100 B requests, 20 clients, 1,000 a second in all (open load), two threads.
 *
 *     node dist/bench/isolation.bench.js
 */
const RATE = 1000;
const CLIENTS = 20;
const WANTED_P99_US = 5000;

const gateway = await startPeer(sluice(['--threads', '2']));
const rows: object[] = [];
for (const disturbance of ['nobody', 'big', 'flood']) {
  const stop = await disturb(disturbance);
  const { latency, generator } = await measure();
  stop();
  rows.push({
    disturbance,
    p50Us: latency.p50Us,
    p99Us: latency.p99Us,
    maxUs: latency.maxUs,
    generatorLateP99Us: generator.lateness.p99Us,
    met: latency.p99Us < WANTED_P99_US,
  });
}
await gateway.stop();
console.table(rows);
process.stdout.write(`${JSON.stringify({ name: 'isolation', machine: machineFacts(), rows })}\n`);

async function disturb(kind: string): Promise<() => void> {
  if (kind === 'nobody') return () => undefined;
  const script = fileURLToPath(new URL('./peers/big-sender.js', import.meta.url));
  const sender = spawn(process.execPath, [script, gateway.url, kind], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  await once(sender.stdout, 'data');
  return () => sender.kill('SIGKILL');
}

async function measure(): Promise<RunResult> {
  const options = parseOptions([
    ...[gateway.url, '--rate', String(RATE), '--connections', String(CLIENTS)],
    ...['--payload-size', '100', '--warmup', '1s', '--duration', '5s'],
  ]);
  const result = await runBenchmark(options, options.target, {
    onSnapshot: () => undefined,
    signal: new AbortController().signal,
  });
  if (!result.passed) throw new Error(result.failureReasons.join('; '));
  return result;
}
