import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Batch, type FrameOwner } from '../../src/lane/batch.js';
import {
  ACTION_PASS,
  ARG,
  BAD_MESSAGE,
  FRAMING_NDJSON,
  KIND_NOTIFICATION,
  ON_BAD_REASON,
  op,
} from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

const PASS = op(ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON);
const kernel = new PortableKernel(createIdStore());
const owner: FrameOwner = { pump: () => undefined, received: () => undefined };

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString();
}

describe('a batch', () => {
  test('takes frames until its bytes are full', () => {
    const batch = new Batch(20, 10);
    assert.equal(batch.append(owner, PASS, 0, Buffer.alloc(9)), true);
    // Frames begin at multiples of 8, so the second one begins at 16.
    assert.equal(batch.append(owner, PASS, 0, Buffer.alloc(5)), false);
    assert.equal(batch.append(owner, PASS, 0, Buffer.alloc(4)), true);
    assert.equal(batch.count, 2);
    assert.equal(batch.inputBytes, 13);
  });

  test('takes frames until their number is full, and any again after a reset', () => {
    const batch = new Batch(100, 1);
    assert.equal(batch.append(owner, PASS, 0, Buffer.alloc(1)), true);
    assert.equal(batch.append(owner, PASS, 0, Buffer.alloc(1)), false);
    batch.reset();
    assert.equal(batch.flows[0], undefined);
    assert.equal(batch.append(owner, PASS, 0, Buffer.alloc(100)), true);
  });

  test('takes as many frames of a run as there is room for', () => {
    const bytes = Buffer.from('{"method":"a"}\n{"method":"bb"}\n{"method":"c"}\n');
    const bounds = Int32Array.of(0, 15, 31, 46);
    const run = { bytes, bounds, first: 0, end: 3 };
    const batch = new Batch(40, 10);
    batch.append(owner, PASS, 0, Buffer.from('{}'));
    assert.equal(batch.appendRun(owner, PASS, 7, run, 0, 3), 2);
    assert.equal(batch.appendRun(owner, PASS, 7, run, 2, 1), 0);
    assert.deepEqual(
      [0, 1, 2].map((i) => text(batch.input(i))),
      ['{}', '{"method":"a"}', '{"method":"bb"}'],
    );
    assert.deepEqual([batch.count, batch.runs, batch.word(2, ARG)], [3, 1, 7]);
    assert.deepEqual(batch.flows.slice(0, 4), [owner, owner, owner, undefined]);
    const few = new Batch(1000, 2);
    assert.equal(few.appendRun(owner, PASS, 0, run, 1, 2), 2);
    assert.equal(text(few.input(1)), '{"method":"c"}');
    assert.equal(few.append(owner, PASS, 0, Buffer.from('{}')), false);
    // The next frame begins behind the run.
    const more = new Batch(1000, 9);
    more.appendRun(owner, PASS, 0, run, 0, 1);
    more.append(owner, PASS, 0, Buffer.from('{}'));
    assert.deepEqual([text(more.input(0)), text(more.input(1))], ['{"method":"a"}', '{}']);
  });

  test('gives what went in and what comes out of the kernel', () => {
    const batch = new Batch(100, 2);
    batch.append(owner, PASS, 0, Buffer.from('{"method":"a"}'));
    batch.append(owner, PASS, 0, Buffer.from('{}'));
    batch.seal();
    kernel.processBatch(batch.control, batch.bytes);
    assert.equal(text(batch.input(0)), '{"method":"a"}');
    assert.equal(batch.verdict(0), KIND_NOTIFICATION);
    assert.equal(text(batch.output(0)), '{"method":"a"}\n');
    assert.equal(batch.verdict(1), BAD_MESSAGE);
    assert.equal(batch.outputLength(1), text(batch.output(1)).length);
  });

  test('takes over the results of frames that were processed alone', () => {
    const batch = new Batch(100, 2);
    const frames = ['{"method":"a"}', '{"method":"b"}'];
    for (const frame of frames) batch.append(owner, PASS, 0, Buffer.from(frame));
    for (const [index, frame] of frames.entries()) {
      const alone = new Batch(frame.length, 1);
      alone.append(owner, PASS, 0, Buffer.from(frame));
      alone.seal();
      kernel.processBatch(alone.control, alone.bytes);
      batch.copyResult(index, alone);
    }
    assert.deepEqual(
      [0, 1].map((i) => text(batch.output(i))),
      ['{"method":"a"}\n', '{"method":"b"}\n'],
    );
    assert.equal(batch.verdict(1), KIND_NOTIFICATION);
  });

  test('takes another output for its only frame', () => {
    const batch = new Batch(10, 1);
    batch.append(owner, PASS, 0, Buffer.from('{}'));
    batch.setOnlyOutput(Buffer.from('worker gone'));
    assert.equal(text(batch.output(0)), 'worker gone');
  });
});
