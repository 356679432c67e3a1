import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync } from 'node:fs';
import { Socket } from 'node:net';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { describe, test } from 'node:test';
import type { Lane } from '../../src/lane/lane.js';
import { StreamSink } from '../../src/transport/stream-sink.js';
import { loadNativeAddon } from '../../workers/kernel/native-addon.js';
import { laneHere } from '../support/lane-here.js';
import { sendLines } from '../support/recorded-flow.js';
import { NATIVE_ADDON_IS_BUILT } from '../workers/kernel/native-presence.js';

const needsPipes = { skip: !NATIVE_ADDON_IS_BUILT };

function frames(sender: number, count: number): string[] {
  return Array.from({ length: count }, (_, id) =>
    JSON.stringify({ id, method: 'm', params: String(sender).repeat((id % 11) * 700) }),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** What sha256sum says. */
async function outputOf(child: { readonly stdout: Readable | null }): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout!) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString().split(' ')[0]!;
}

/**
 * A sink that may write past its stream to sha256sum; `taken`: how many bytes of how many that took
 * each time.
 */
async function throughPipe() {
  const { openPipe, writeNow } = loadNativeAddon();
  const [theirs, ours] = openPipe();
  const child = spawn('sha256sum', { stdio: [theirs, 'pipe', 'inherit'] });
  closeSync(theirs);
  await once(child, 'spawn');
  const input = new Socket({ fd: ours, readable: false, writable: true });
  const taken: [number, number][] = [];
  let tell: (error: Error) => void = () => undefined;
  const failed = new Promise<Error>((resolve) => (tell = resolve));
  const sink = new StreamSink(input, tell, (bytes) => {
    const count = writeNow(ours, bytes);
    taken.push([count, bytes.length]);
    return count;
  });
  return { sink, child, input, taken, failed };
}

/**
 * Sends while the process does not read, and to the end once its arenas were wanted for other
 * frames.
 */
async function sendWhileStopped(
  lane: Lane,
  sink: StreamSink,
  sent: readonly string[],
  child: ChildProcess,
  input: Writable,
): Promise<void> {
  child.kill('SIGSTOP');
  const sending = sendLines(lane, sink, sent);
  // Large enough to be written over everything that the pipe still has to take.
  await sendLines(lane, null, frames(8, 2000));
  assert.ok(input.writableLength > 0);
  child.kill('SIGCONT');
  await sending;
}

describe('a stream sink', () => {
  test('writes exact bytes to a pipe that stands still while its arenas are wanted again', async () => {
    const child = spawn('sha256sum', { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    const sink = new StreamSink(child.stdin, (error) => assert.fail(error));
    const lane = laneHere();
    // The arenas have their final size first, since those that are too small are not used again.
    await Promise.all([1, 2].map((n) => sendLines(lane, null, frames(n, 1000))));
    const sent = frames(7, 2000);
    await sendWhileStopped(lane, sink, sent, child, child.stdin);
    sink.end();
    assert.equal(await outputOf(child), sha256(sent.map((frame) => `${frame}\n`).join('')));
  });

  test('writes exact bytes to a pipe that is behind, which gets copies in memory that is used again', async () => {
    const child = spawn('sha256sum', { stdio: ['pipe', 'pipe', 'inherit'] });
    await once(child, 'spawn');
    const sink = new StreamSink(child.stdin, (error) => assert.fail(error));
    const lane = laneHere();
    // As if many batches were pinned: what waits is copied, and into a slab where it fills half of
    // one.
    Object.defineProperty(lane, 'mustCopy', { value: () => true });
    const sent = Array.from({ length: 300 }, (_, id) =>
      JSON.stringify({ id, method: 'm', params: String(id).padEnd(40_000, 'x') }),
    );
    await sendWhileStopped(lane, sink, sent, child, child.stdin);
    sink.end();
    assert.equal(await outputOf(child), sha256(sent.map((frame) => `${frame}\n`).join('')));
  });

  test(
    'writes past the stream what the pipe takes, and what it does not take through the stream',
    needsPipes,
    async () => {
      const { sink, child, input, taken } = await throughPipe();
      const lane = laneHere();
      const first = frames(9, 5);
      await sendLines(lane, sink, first);
      const sent = frames(7, 2000);
      await sendWhileStopped(lane, sink, sent, child, input);
      sink.end();
      assert.equal(
        await outputOf(child),
        sha256([...first, ...sent].map((frame) => `${frame}\n`).join('')),
      );
      // All of a batch, a part of one, and nothing of one that the stream holds back bytes before.
      assert.ok(taken.some(([some, of]) => some === of));
      assert.ok(taken.some(([some, of]) => some > 0 && some < of));
    },
  );

  test('tells of a reader that has gone, past the stream too', needsPipes, async () => {
    const { sink, child, failed } = await throughPipe();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await sendLines(laneHere(), sink, frames(1, 10));
    assert.match((await failed).message, /EPIPE/);
  });

  test('writes past no stream that is destroyed: its descriptor may be that of another by now', async () => {
    const taken: Uint8Array[] = [];
    const destroyed = new PassThrough();
    const sink = new StreamSink(
      destroyed,
      () => undefined,
      (bytes) => taken.push(bytes) && bytes.length,
    );
    const lane = laneHere();
    await sendLines(lane, sink, frames(1, 3));
    assert.equal(taken.length, 1);
    // After the frames were collected, and before they are written.
    const destroys = {
      write: (...args: Parameters<StreamSink['write']>) => {
        sink.write(...args);
        destroyed.destroy();
      },
    };
    await sendLines(lane, destroys, frames(2, 3));
    assert.equal(taken.length, 1);
  });

  test('gives a stream that keeps its chunks bytes of its own', async () => {
    const kept = new PassThrough({ highWaterMark: 2 ** 30 });
    const lane = laneHere();
    const sink = new StreamSink(kept, (error) => assert.fail(error));
    const first = frames(1, 500);
    await sendLines(lane, sink, first);
    const second = frames(2, 500);
    await sendLines(lane, sink, second);
    assert.equal(String(kept.read()), [...first, ...second].map((frame) => `${frame}\n`).join(''));
  });

  test('tells of an error once, and takes what comes afterwards', async () => {
    const broken = new PassThrough();
    const errors: Error[] = [];
    const sink = new StreamSink(broken, (error) => errors.push(error));
    const closed = new Promise<void>((resolve) => broken.once('close', resolve));
    broken.destroy(new Error('gone'));
    await closed;
    await sendLines(laneHere(), sink, frames(1, 300));
    assert.deepEqual(
      errors.map(({ message }) => message),
      ['gone'],
    );
  });
});
