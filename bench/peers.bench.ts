import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machineFacts, versions } from '../src/bench/measurement/machine.js';
import { parseOptions } from '../src/bench/options/parse-options.js';
import { runBenchmark } from '../src/bench/run-benchmark.js';
import type { RunResult } from '../src/bench/run-result.js';
import { median } from '../src/bench/statistics/median.js';
import { BARS } from './peers/bars.js';
import { type Comparison, comparisonTable } from './peers/comparison-table.js';
import {
  compileStdioEcho,
  echoPeers,
  type Peer,
  processPeers,
  sharedPeers,
} from './peers/peer-list.js';
import { startPeer } from './peers/peer-process.js';

/**
 * Sluice beside its peers: each server in turn, the same load on each, ratios of the same
 * round only. Replies are checked by the generator.
 *
 *     npm run bench:peers [-- --quick] [--json FILE] [--only load|echo|process|shared|latency|clients]
 *
 * `load` is only the plain `ws` server, at 100 B and 1.2 KB.
 */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** Below the ports that the system gives away by itself. */
const FIRST_PORT = 21_100;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string', default: `${ROOT}bench/results/peers.json` },
  },
});
const rounds = values.quick ? 1 : 3;
const durationMs = values.quick ? 1000 : 2000;
let nextPort = FIRST_PORT;

installPeers();
const echo = compileStdioEcho();
const comparisons: Comparison[] = [];
const wanted = (group: string): boolean => values.only === undefined || values.only === group;
if (values.only === 'load') {
  for (const bytes of [100, 1200]) {
    const peers = echoPeers(takePorts()).filter(({ name }) => /^(sluice|ws )/.test(name));
    await compare('echo', bytes, 50, 16, peers);
  }
}
if (wanted('echo')) {
  for (const bytes of [100, 1200, 12_000, 122_000]) {
    await compare('echo', bytes, 50, 16, echoPeers(takePorts()));
  }
}
if (wanted('process')) {
  for (const bytes of [100, 1200, 12_000]) {
    await compare('process', bytes, 50, 16, processPeers(echo, takePorts()));
  }
}
if (wanted('shared')) {
  for (const bytes of [100, 1200]) {
    await compare('shared', bytes, 50, 16, sharedPeers(echo, takePorts()));
  }
}
if (wanted('latency')) {
  await compare('latency echo', 100, 1, 1, echoPeers(takePorts()).slice(0, 2));
  await compare('latency process', 100, 1, 1, processPeers(echo, takePorts()).slice(0, 2));
}
if (wanted('clients')) {
  const [echoServer] = echoPeers(takePorts());
  await compare('50 clients', 100, 50, 16, [echoServer!]);
  await compare('5,000 clients', 100, 5000, 16, [echoServer!]);
  const [shared] = sharedPeers(echo, takePorts());
  await compare('shared, 10 clients', 100, 10, 16, [shared!]);
  await compare('shared, 1,000 clients', 100, 1000, 16, [shared!]);
}
mkdirSync(dirname(values.json), { recursive: true });
const report = {
  name: 'peers',
  measuredAt: new Date().toISOString(),
  machine: machineFacts(),
  versions: versions(),
  rounds,
  durationMs,
  bars: BARS,
  comparisons,
};
writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
process.stdout.write(`${comparisonTable(comparisons)}\n`);

/** Measures all peers in turn, several rounds, and keeps their figures. */
async function compare(
  group: string,
  bytes: number,
  connections: number,
  depth: number,
  peers: readonly Peer[],
): Promise<void> {
  const figures = new Map<
    string,
    { perSecond: number[]; p50Us: number[]; failure: string | null }
  >();
  for (let round = 0; round < rounds; round++) {
    for (const peer of peers) {
      if (bytes > (peer.maxBytes ?? Number.POSITIVE_INFINITY)) continue;
      const figure = figures.get(peer.name) ?? { perSecond: [], p50Us: [], failure: null };
      figures.set(peer.name, figure);
      try {
        const result = await measure(peer, bytes, connections, depth);
        if (!result.passed) figure.failure = result.failureReasons.join('; ');
        figure.perSecond.push(Math.round(result.totals.repliesPerSecond));
        figure.p50Us.push(result.latency.p50Us);
      } catch (error) {
        figure.failure = (error as Error).message;
      }
      const last = figure.failure ?? `${String(figure.perSecond.at(-1))}/s`;
      process.stderr.write(`${group} ${bytes} B, round ${round + 1}: ${peer.name}: ${last}\n`);
    }
  }
  const results = [...figures].map(([name, figure]) => ({
    name,
    ...figure,
    medianPerSecond: figure.perSecond.length === 0 ? 0 : median(figure.perSecond),
    medianP50Us: figure.p50Us.length === 0 ? 0 : median(figure.p50Us),
  }));
  comparisons.push({ group, bytes, connections, depth, results });
}

async function measure(
  peer: Peer,
  bytes: number,
  connections: number,
  depth: number,
): Promise<RunResult> {
  const running = await startPeer(peer.command);
  try {
    const options = parseOptions([
      ...[running.url, '--connections', String(connections), '--depth', String(depth)],
      ...['--payload-size', String(bytes), '--warmup', '700ms', '--duration', `${durationMs}ms`],
      ...(peer.benchArgs ?? []),
    ]);
    return await runBenchmark(options, options.target, {
      onSnapshot: () => undefined,
      signal: new AbortController().signal,
    });
  } finally {
    await running.stop();
  }
}

function takePorts(): number {
  nextPort += 10;
  return nextPort;
}

/** Peers from npm have a package.json of their own, so that nobody else installs them. */
function installPeers(): void {
  if (existsSync(`${ROOT}bench/node_modules`)) return;
  process.stderr.write('installing the peers (bench/package.json)...\n');
  try {
    execFileSync('npm', ['ci', '--prefix', `${ROOT}bench`, '--ignore-scripts'], {
      stdio: 'ignore',
    });
  } catch {
    process.stderr.write('they cannot be installed; those from npm are left out\n');
  }
}
