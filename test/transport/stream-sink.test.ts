import assert from 'node:assert/strict';
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Batch } from '../../src/lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../../src/lane/flow.js';
import { Lane } from '../../src/lane/lane.js';
import { silentLogger } from '../../src/log.js';
import { StreamSink } from '../../src/transport/stream-sink.js';
import { ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

const kernel = new PortableKernel(createIdStore());

function newLane(): Lane {
  const runner = {
    run: () => Promise.reject(new Error('nothing is handed over here')),
    runBig: () => Promise.reject(new Error('nothing is handed over here')),
  };
  return new Lane({ runner, kernel, inlineBytes: Number.POSITIVE_INFINITY, log: silentLogger() });
}

/** Sends frames through a lane to a sink. */
class Sender implements FrameSource, FlowHandler {
  readonly done: Promise<void>;
  readonly #sink: StreamSink;
  readonly #frames: string[];
  #settle: () => void = () => undefined;

  constructor(lane: Lane, sink: StreamSink, frames: readonly string[]) {
    this.#sink = sink;
    this.#frames = [...frames];
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    const pass = op(ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON);
    new Flow({ lane, op: pass, source: this, handler: this }).endOfSource();
  }

  peek(): Uint8Array | null {
    const frame = this.#frames[0];
    return frame === undefined ? null : Buffer.from(frame);
  }

  shift(): void {
    this.#frames.shift();
  }

  resume(): void {
    // All frames are there from the start.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    this.#sink.write(flow, batch, from, to);
  }

  deliverNothing(): void {
    assert.fail('every frame is good and passed on');
  }

  deliverBad(): void {
    assert.fail('every frame is good and passed on');
  }

  array(): boolean {
    return false;
  }

  ended(): void {
    this.#settle();
  }
}

function frames(sender: number, count: number): string[] {
  return Array.from({ length: count }, (_, id) =>
    JSON.stringify({ id, method: 'm', params: String(sender).repeat((id % 11) * 700) }),
  );
}

/** A child that reads slowly, a little at a time, and says the hash of what it read. */
function slowReader(): ChildProcessByStdio<Writable, Readable, null> {
  const script = `
    const hash = require('node:crypto').createHash('sha256');
    process.stdin.on('readable', function read() {
      const chunk = process.stdin.read(4096) ?? process.stdin.read();
      if (chunk === null) return;
      hash.update(chunk);
      setImmediate(read);
    });
    process.stdin.on('end', () => process.stdout.write(hash.digest('hex')));`;
  return spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
}

describe('a stream sink', () => {
  test('writes exact bytes to a slow pipe while arenas are used again', async () => {
    const child = slowReader();
    const sink = new StreamSink(child.stdin, (error) => assert.fail(error));
    const lane = newLane();
    const hash = createHash('sha256');
    // One after the other, so that what the pipe has to get is known; the others only use arenas.
    const noise = new StreamSink(new PassThrough().resume(), (error) => assert.fail(error));
    const sent = frames(7, 3000);
    for (const frame of sent) hash.update(`${frame}\n`);
    const others = [1, 2, 3].map((n) => new Sender(lane, noise, frames(n, 3000)).done);
    await new Sender(lane, sink, sent).done;
    await Promise.all(others);
    sink.end();
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    assert.equal(Buffer.concat(chunks).toString(), hash.digest('hex'));
  });

  test('gives a stream that keeps its chunks bytes of its own', async () => {
    const kept = new PassThrough({ highWaterMark: 2 ** 30 });
    const lane = newLane();
    const sink = new StreamSink(kept, (error) => assert.fail(error));
    const first = frames(1, 500);
    await new Sender(lane, sink, first).done;
    const second = frames(2, 500);
    await new Sender(lane, sink, second).done;
    assert.equal(String(kept.read()), [...first, ...second].map((frame) => `${frame}\n`).join(''));
  });

  test('tells of an error once, and takes what comes afterwards', async () => {
    const broken = new PassThrough();
    const errors: Error[] = [];
    const sink = new StreamSink(broken, (error) => errors.push(error));
    const closed = new Promise<void>((resolve) => broken.once('close', resolve));
    broken.destroy(new Error('gone'));
    await closed;
    await new Sender(newLane(), sink, frames(1, 300)).done;
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['gone'],
    );
  });
});
