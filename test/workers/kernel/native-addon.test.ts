import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { LF } from '../../../workers/ascii.js';
import * as layout from '../../../workers/batch-layout.js';
import {
  ACTION_ECHO,
  ACTION_PASS,
  ACTION_REFUSE,
  ACTION_SCAN,
  ACTION_TO_SERVER,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NDJSON,
} from '../../../workers/batch-layout.js';
import { createIdStore } from '../../../workers/id-store.js';
import { loadNativeAddon } from '../../../workers/kernel/native-addon.js';
import { FrameBatch, type FrameCase } from './frame-batch.js';
import { NATIVE_ADDON_IS_BUILT } from './native-presence.js';

const REQUEST = '{"jsonrpc":"2.0","id":1,"method":"m","params":{"text":"é\\n","n":[1.5e3,null]}}';
const ERROR = '{"id":null,"error":{"code":-32000,"message":"m","data":{"\\u0061":1}}}';

/** Small enough that the C library does not ask the system for each of them. */
const FREED_BUFFERS = 2000;
const FREED_BUFFER_BYTES = 60_000;
const FREED_BYTES = FREED_BUFFERS * FREED_BUFFER_BYTES;
const { header } = process.report.getReport() as unknown as { header: object };
const USES_GLIBC = 'glibcVersionRuntime' in header;
/**
 * Frees buffers between others that stay, and says what the process holds before and after
 * trimHeap().
 */
const FREES_MEMORY = `
  import { loadNativeAddon } from '${new URL('../../../workers/kernel/native-addon.js', import.meta.url).href}';
  const kept = [];
  let freed = [];
  for (let n = 0; n < ${FREED_BUFFERS}; n++) {
    freed.push(Buffer.alloc(${FREED_BUFFER_BYTES}, 1));
    if (n % 100 === 0) kept.push(Buffer.alloc(${FREED_BUFFER_BYTES}, 1));
  }
  freed = null;
  gc();
  await new Promise(setImmediate);
  gc();
  const before = process.memoryUsage.rss();
  await loadNativeAddon().trimHeap();
  console.log(JSON.stringify({ freed: before, trimmed: process.memoryUsage.rss(), kept: kept.length }));
`;

describe('the addon', { skip: !NATIVE_ADDON_IS_BUILT }, () => {
  const undecided = (cases: readonly FrameCase[]) => {
    const { control, bytes } = new FrameBatch(cases);
    return loadNativeAddon().processBatch(control, bytes, createIdStore());
  };

  it('decides plain messages itself, in every action but REFUSE and every framing', () => {
    const cases = [REQUEST, ERROR, '{"method":"n"}', ' {\r\n"id":"a" , "result":[]} '].flatMap(
      (bytes) => [
        { bytes, action: ACTION_PASS },
        { bytes, action: ACTION_PASS, framing: FRAMING_NDJSON },
        { bytes, action: ACTION_PASS, framing: FRAMING_CONTENT_LENGTH },
        { bytes, action: ACTION_ECHO },
        { bytes, action: ACTION_SCAN },
      ],
    );
    assert.equal(undecided(cases), 0);
    assert.equal(undecided([{ bytes: REQUEST, action: ACTION_REFUSE }]), 1);
  });

  it('decides requests with progress tokens itself where their names are spelled plainly', () => {
    const toServer = (params: string, arg = 7): FrameCase => ({
      ...{ bytes: `{"id":1,"method":"m","params":${params}}`, action: ACTION_TO_SERVER, arg },
    });
    const plain = [
      '{"_meta":{"progressToken":1},"a":{"progressToken":2}}',
      '{"workDoneToken":null}',
    ];
    assert.equal(undecided(plain.map((params) => toServer(params))), 0);
    const escaped = '{"_meta":{"progress\\u0054oken":1}}';
    assert.equal(undecided([toServer(escaped), toServer('{"WorkDoneToken":1}')]), 2);
  });

  it('allocates nothing for frames once it has seen one as long', () => {
    const addon = loadNativeAddon();
    const long = `{"id":1,"method":"m","params":"${'x'.repeat(100_000)}"}`;
    const cases = [long, REQUEST].map((bytes) => ({ bytes, action: ACTION_PASS }));
    const { control, bytes } = new FrameBatch(cases);
    const ids = createIdStore();
    addon.processBatch(control, bytes, ids);
    const before = addon.allocations();
    assert.ok(before > 0, String(before));
    for (let n = 0; n < 1000; n++) assert.equal(addon.processBatch(control, bytes, ids), 0);
    assert.equal(addon.allocations(), before);
  });

  it('keeps what large frames need for the next one, until two looks at the heap have seen none', async () => {
    const addon = loadNativeAddon();
    const large = `{"id":1,"method":"m","params":"${'x'.repeat(3 * 1024 * 1024)}"}`;
    const { control, bytes } = new FrameBatch([{ bytes: large, action: ACTION_PASS }]);
    const allocated = (): number => {
      const before = addon.allocations();
      assert.equal(addon.processBatch(control, bytes, createIdStore()), 0);
      return addon.allocations() - before;
    };
    await addon.trimHeap();
    assert.equal(allocated(), 1);
    assert.equal(allocated(), 0);
    await addon.trimHeap();
    assert.equal(allocated(), 0);
    await addon.trimHeap();
    await addon.trimHeap();
    assert.equal(allocated(), 1);
  });

  it('gives a plain view of shared memory, which keeps it', () => {
    const addon = loadNativeAddon();
    const shared = new Uint8Array(new SharedArrayBuffer(64), 16, 8);
    const plain = addon.plainView(shared);
    assert.equal(plain.buffer instanceof ArrayBuffer, true);
    assert.equal(plain.length, 8);
    plain.set([1, 2, 3], 5);
    assert.deepEqual([...shared], [0, 0, 0, 0, 0, 1, 2, 3]);
    shared[0] = 9;
    assert.equal(plain[0], 9);
    assert.equal(addon.plainView(new Uint8Array(0)).length, 0);
    const plainView = addon.plainView as (...args: unknown[]) => unknown;
    for (const args of [[], [new SharedArrayBuffer(8)], [new Int32Array(8)], ['text']]) {
      assert.throws(() => plainView(...args), TypeError);
    }
  });

  it('gives memory that can be transferred away or made smaller no second view', () => {
    const addon = loadNativeAddon();
    for (const bytes of [new Uint8Array(64), new Uint8Array(new ArrayBuffer(64), 8)]) {
      assert.equal(addon.plainView(bytes), bytes);
    }
  });

  // Another C library gives back what it likes, and nothing is promised of it.
  it('gives freed memory back to the system', { skip: !USES_GLIBC }, () => {
    const { freed, trimmed } = JSON.parse(
      execFileSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', FREES_MEMORY], {
        encoding: 'utf8',
      }),
    ) as { freed: number; trimmed: number };
    assert.ok(freed - trimmed > FREED_BYTES / 2, `${freed} to ${trimmed} bytes`);
  });

  it('refuses arguments of other types', () => {
    const addon = loadNativeAddon();
    const processBatch = addon.processBatch as (...args: unknown[]) => number;
    const splitLines = addon.splitLines as (...args: unknown[]) => number;
    const words = new Int32Array(64);
    const bytes = new Uint8Array(64);
    for (const args of [
      [],
      [words],
      [bytes, words],
      [new Uint32Array(64), bytes],
      [new Float64Array(64), bytes],
      [words, new Uint8ClampedArray(64)],
      [words, new DataView(new ArrayBuffer(64))],
      [words.buffer, bytes.buffer],
      [null, undefined],
      [{ length: 64 }, bytes],
    ]) {
      assert.throws(() => processBatch(...args), TypeError);
      assert.throws(() => splitLines(...args), TypeError);
    }
    assert.throws(() => splitLines(bytes, '0', words), TypeError);
    const writeNow = addon.writeNow as (...args: unknown[]) => number;
    for (const args of [[], [1], ['1', bytes], [1, words], [1, 'text']]) {
      assert.throws(() => writeNow(...args), TypeError);
    }
    assert.equal(writeNow(-1, bytes), 0);
    const setWakeupPreemption = addon.setWakeupPreemption as (...args: unknown[]) => boolean;
    for (const args of [[], [process.pid], ['1', true], [process.pid, 0], [process.pid, 'false']]) {
      assert.throws(() => setWakeupPreemption(...args), TypeError);
    }
    // The calling thread, no process, and one that has the policy already.
    for (const pid of [0, -1, 2 ** 31 - 1, process.pid]) {
      assert.equal(setWakeupPreemption(pid, true), false);
    }
    for (const from of [-1, 65, 2 ** 31, 2 ** 53, -(2 ** 53)]) {
      assert.throws(() => splitLines(bytes, from, words), RangeError);
    }
  });

  it('refuses a batch whose memory was transferred away', () => {
    const { control, bytes } = new FrameBatch([{ bytes: REQUEST, action: ACTION_PASS }]);
    const mine = new Uint8Array(bytes);
    structuredClone(mine, { transfer: [mine.buffer] });
    assert.throws(() => loadNativeAddon().processBatch(control, mine, createIdStore()), RangeError);
  });

  it('finds line feeds as indexOf does, from any offset and with any room', () => {
    const addon = loadNativeAddon();
    const line = fc.uint8Array({ maxLength: 100 });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), fc.nat(), fc.nat(25), (lines, at, room) => {
        const text = Buffer.concat(lines.flatMap((bytes) => [bytes, Buffer.from('\n')]));
        const bytes = new Uint8Array(new SharedArrayBuffer(text.length));
        bytes.set(text);
        const from = at % (bytes.length + 1);
        const ends = new Int32Array(room);
        const found = addon.splitLines(bytes, from, ends);
        const expected: number[] = [];
        for (let k = from; k < bytes.length; k++) if (bytes[k] === LF) expected.push(k);
        assert.deepEqual([...ends.subarray(0, found)], expected.slice(0, room));
      }),
    );
  });

  it('works in threads that come and go', async () => {
    const script = `
      const { parentPort, workerData } = require('node:worker_threads');
      const addon = require(workerData.addon);
      parentPort.postMessage(addon.processBatch(workerData.control, workerData.bytes, workerData.ids));`;
    const addon = new URL('../../../../native/build/Release/sluice_kernel.node', import.meta.url)
      .pathname;
    const ids = createIdStore();
    for (let round = 0; round < 3; round++) {
      const results = Array.from({ length: 4 }, () => {
        const { control, bytes } = new FrameBatch([
          { bytes: REQUEST, action: ACTION_ECHO },
          { bytes: '{', action: ACTION_ECHO },
        ]);
        const worker = new Worker(script, {
          eval: true,
          workerData: { addon, control, bytes, ids },
        });
        return new Promise((resolve, reject) => {
          worker.once('message', resolve).once('error', reject);
        });
      });
      assert.deepEqual(await Promise.all(results), [1, 1, 1, 1]);
    }
  });
});

describe('the batch layout', () => {
  it('is the same in C++ as in TypeScript', () => {
    const header = readFileSync(
      new URL('../../../../native/src/batch_layout.h', import.meta.url),
      'utf8',
    );
    const constants = [...header.matchAll(/\b([A-Z][A-Z_]+) = (-?\d+)/g)];
    assert.ok(constants.length > 30);
    for (const [, name, value] of constants) {
      assert.equal((layout as Record<string, unknown>)[name!], Number(value), name);
    }
  });
});
