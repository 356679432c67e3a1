/**
 * What a batch costs on the main thread, and what its hand-over to a worker costs: this
 * decides ADAPTIVE_INLINE_BYTES in src/lane/offload.ts.
 *
 *     npm run bench:offload [-- --json FILE]
 *
 * For each kernel and batch size: processing it inline; its round trip through the real
 * WorkerPool; and how long the main thread is busy during that round trip (event loop
 * utilization). Two sizes come out of it for each kernel:
 *
 * - the throughput crossover: from there on inline processing keeps the main thread busy
 *   for longer than the hand-over does;
 * - the latency crossover: from there on inline processing takes as long as the hand-over
 *   adds, so that a batch behind it would wait for as long as it gains.
 */
import assert from 'node:assert/strict';
import { pino } from 'pino';
import { Bench } from 'tinybench';
import { median } from '../src/bench/statistics/median.js';
import { Batch, type FrameOwner } from '../src/lane/batch.js';
import { WorkerPool } from '../src/lane/worker-pool.js';
import {
  ACTION_PASS,
  FRAMING_NDJSON,
  KIND_REQUEST,
  OUT_START,
  op,
} from '../workers/batch-layout.js';
import { createIdStore } from '../workers/id-store.js';
import type { Kernel } from '../workers/kernel/kernel.js';
import { selectKernel } from '../workers/kernel/select-kernel.js';
import { runFacts, writeResult } from './comparison/result.js';
import { toolCall } from './kernel-frames.js';
import { JSON_OPTION, readJsonPath, readScriptArguments } from './script-arguments.js';

const KERNELS = ['native', 'portable'] as const;
const FRAME_BYTES = [100, 1_200] as const;
const BATCH_KIB = [1, 2, 4, 8, 16, 32, 64, 128, 256];
const TIME_MS = 150;
const WARMUP_MS = 50;
/** Hand-overs over which the main thread's busy time is taken, a few times. */
const HAND_OVERS = 300;
const REPEATS = 5;
const US_PER_MS = 1_000;

interface Row {
  readonly kernel: string;
  readonly frameBytes: number;
  readonly batchKiB: number;
  readonly inlineUs: number;
  readonly handOverUs: number;
  /** Of the hand-over: what the main thread spends on it. */
  readonly mainBusyUs: number;
}

const json = readScriptArguments(
  {
    name: 'bench:offload',
    about:
      'Measures what a batch costs on the main thread, and what its hand-over to a worker costs, by kernel\n' +
      'and size; and from which size on the hand-over pays.',
    takes: 'about 30 s',
    options: JSON_OPTION,
  },
  readJsonPath,
);

const nobody: FrameOwner = {
  pump: () => undefined,
  received: () => undefined,
};

function fullBatch(bytes: number, frameBytes: number): Batch {
  const batch = new Batch(bytes * 2, Math.ceil(bytes / frameBytes));
  const wordOp = op(ACTION_PASS, FRAMING_NDJSON, 0);
  while (batch.inputBytes < bytes) {
    const frame = toolCall(1_000 + batch.count, frameBytes);
    assert.ok(batch.append(nobody, wordOp, 0, frame));
  }
  batch.seal();
  return batch;
}

function checkResult(batch: Batch): void {
  for (let k = 0; k < batch.count; k++) {
    assert.equal(batch.verdict(k), KIND_REQUEST);
    const [input, output] = [batch.input(k), batch.output(k)];
    assert.equal(Buffer.from(output).toString(), `${Buffer.from(input).toString()}\n`);
  }
}

async function measure(
  kernel: Kernel,
  pool: WorkerPool,
  batch: Batch,
): Promise<Omit<Row, 'kernel' | 'frameBytes' | 'batchKiB'>> {
  kernel.processBatch(batch.control, batch.bytes);
  checkResult(batch);
  batch.bytes.fill(0, batch.control[OUT_START]);
  await pool.run(batch);
  checkResult(batch);
  const bench = new Bench({ time: TIME_MS, warmupTime: WARMUP_MS });
  bench.add('inline', () => {
    kernel.processBatch(batch.control, batch.bytes);
  });
  bench.add('hand-over', () => pool.run(batch), { async: true });
  const [inline, handOver] = (await bench.run()).map(({ name, result }) => {
    if (result.state !== 'completed') throw new Error(`${name}: ${result.state}`);
    return result.latency.p50 * US_PER_MS;
  });
  const busy: number[] = [];
  for (let n = 0; n < REPEATS; n++) busy.push(await busyUs(pool, batch));
  return {
    inlineUs: tenths(inline!),
    handOverUs: tenths(handOver!),
    mainBusyUs: tenths(median(busy)),
  };
}

/** Main thread time for one hand-over, waiting excluded. */
async function busyUs(pool: WorkerPool, batch: Batch): Promise<number> {
  const before = performance.eventLoopUtilization();
  for (let n = 0; n < HAND_OVERS; n++) await pool.run(batch);
  return (performance.eventLoopUtilization(before).active * US_PER_MS) / HAND_OVERS;
}

async function measureKernel(name: (typeof KERNELS)[number]): Promise<readonly Row[]> {
  const ids = createIdStore();
  const { kernel } = selectKernel(name, ids);
  const log = pino({ level: 'error' });
  const pool = await WorkerPool.start({ threads: 1, kernel: name, ids, log });
  const rows: Row[] = [];
  try {
    // A pool that is new is slower than one that has run for a while.
    await busyUs(pool, fullBatch(1024, 100));
    for (const frameBytes of FRAME_BYTES) {
      for (const batchKiB of BATCH_KIB) {
        const figures = await measure(kernel, pool, fullBatch(batchKiB * 1024, frameBytes));
        rows.push({ kernel: name, frameBytes, batchKiB, ...figures });
      }
    }
  } finally {
    await pool.close();
  }
  return rows;
}

/** The size at which `cost` passes zero, between the two measured sizes around it. */
function crossoverKiB(rows: readonly Row[], cost: (row: Row) => number): number | null {
  const after = rows.findIndex((row) => cost(row) >= 0);
  if (after === -1) return null;
  const next = rows[after]!;
  if (after === 0) return next.batchKiB;
  const last = rows[after - 1]!;
  const share = -cost(last) / (cost(next) - cost(last));
  return tenths(last.batchKiB + share * (next.batchKiB - last.batchKiB));
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

const rows: Row[] = [];
for (const kernel of KERNELS) rows.push(...(await measureKernel(kernel)));
const crossovers = KERNELS.flatMap((kernel) =>
  FRAME_BYTES.map((frameBytes) => {
    const own = rows.filter((row) => row.kernel === kernel && row.frameBytes === frameBytes);
    return {
      kernel,
      frameBytes,
      throughputKiB: crossoverKiB(own, (row) => row.inlineUs - row.mainBusyUs),
      latencyKiB: crossoverKiB(own, (row) => row.inlineUs - (row.handOverUs - row.inlineUs)),
    };
  }),
);
console.table(rows);
console.table(crossovers);
if (json !== null) writeResult(json, { name: 'offload', ...runFacts(), rows, crossovers });
