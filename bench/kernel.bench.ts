/**
 * How fast each kernel is beside JSON.parse, by frame size, on one thread.
 *
 *     npm run bench:kernel [-- --json FILE]
 *
 * JSON.parse is given the same bytes (decoded with Buffer.toString, as a server in
 * JavaScript must), and once more with JSON.stringify behind it, which is what
 * passing a message on costs without a kernel. A kernel validates the frame, finds
 * its envelope and copies it into the output region as ndjson.
 */
import assert from 'node:assert/strict';
import { Bench, type Task } from 'tinybench';
import {
  FRAME_WORDS,
  HEADER_WORDS,
  KIND_REQUEST,
  OUT_LENGTH,
  OUT_OFFSET,
  VERDICT,
} from '../workers/batch-layout.js';
import { createIdStore } from '../workers/id-store.js';
import type { Kernel } from '../workers/kernel/kernel.js';
import { selectKernel } from '../workers/kernel/select-kernel.js';
import { runFacts, writeResult } from './comparison/result.js';
import { FRAME_SIZES, type FrameSet, frameSet } from './kernel-frames.js';
import { JSON_OPTION, readJsonPath, readScriptArguments } from './script-arguments.js';

interface Row {
  readonly size: string;
  readonly task: string;
  /** Median over the samples. */
  readonly nsPerFrame: number;
  readonly megabytesPerSecond: number;
  /** Times JSON.parse of the same bytes, in the same run. */
  readonly timesJsonParse: number;
}

const PARSE = 'JSON.parse';
const PARSE_AND_STRINGIFY = 'JSON.parse + JSON.stringify';
const NS_PER_MS = 1e6;

const json = readScriptArguments(
  {
    name: 'bench:kernel',
    about:
      'Measures each kernel beside JSON.parse of the same bytes, by frame size, on one thread.',
    takes: 'about 15 s',
    options: JSON_OPTION,
  },
  readJsonPath,
);

/** Keeps the compiler from dropping work whose result nobody reads. */
let sink = 0;

const kernels: readonly Kernel[] = [
  selectKernel('portable', createIdStore()).kernel,
  // Throws where the addon is missing: a table without it would say nothing.
  selectKernel('native', createIdStore()).kernel,
];

/** A kernel that is fast and wrong must not get into a table. */
function checkResult(kernel: Kernel, set: FrameSet): void {
  const { control, bytes } = set;
  kernel.processBatch(control, bytes);
  for (const [k, frame] of set.frames.entries()) {
    const descriptor = HEADER_WORDS + k * FRAME_WORDS;
    assert.equal(control[descriptor + VERDICT], KIND_REQUEST);
    const offset = control[descriptor + OUT_OFFSET]!;
    const out = bytes.slice(offset, offset + control[descriptor + OUT_LENGTH]!);
    assert.equal(Buffer.from(out).toString(), `${frame.toString()}\n`);
  }
}

function newBench(set: FrameSet): Bench {
  const bench = new Bench({ time: 400, warmupTime: 150 });
  bench.add(PARSE, () => {
    for (const frame of set.frames) sink += (JSON.parse(frame.toString()) as { id: number }).id;
  });
  bench.add(PARSE_AND_STRINGIFY, () => {
    for (const frame of set.frames) {
      sink += Buffer.from(`${JSON.stringify(JSON.parse(frame.toString()))}\n`).length;
    }
  });
  for (const kernel of kernels) {
    checkResult(kernel, set);
    bench.add(`${kernel.name} kernel`, () => {
      kernel.processBatch(set.control, set.bytes);
    });
  }
  return bench;
}

function nsPerFrame(task: Task, set: FrameSet): number {
  const { result } = task;
  if (result.state !== 'completed') throw new Error(`${task.name}: ${result.state}`);
  return (result.latency.p50 * NS_PER_MS) / set.frames.length;
}

function measure(set: FrameSet): Row[] {
  const bench = newBench(set);
  bench.runSync();
  const baseline = nsPerFrame(bench.tasks[0]!, set);
  return bench.tasks.map((task) => {
    const ns = nsPerFrame(task, set);
    return {
      size: set.label,
      task: task.name,
      nsPerFrame: Math.round(ns * 10) / 10,
      megabytesPerSecond: Math.round((set.frameBytes / ns) * 1000),
      timesJsonParse: Math.round((baseline / ns) * 100) / 100,
    };
  });
}

const rows = FRAME_SIZES.flatMap(({ label, frameBytes, count }) =>
  measure(frameSet(label, frameBytes, count)),
);
console.table(rows);
if (json !== null) writeResult(json, { name: 'kernel', ...runFacts(), rows });
if (sink === 0) throw new Error('nothing was measured');
