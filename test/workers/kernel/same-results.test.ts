import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ACTION_ECHO,
  ACTION_PASS,
  ACTION_REFUSE,
  ACTION_SCAN,
  ACTION_SPLIT,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NDJSON,
  FRAMING_NONE,
  ON_BAD_REASON,
  ON_BAD_REPLY,
} from '../../../workers/batch-layout.js';
import { createIdStore } from '../../../workers/id-store.js';
import { PortableKernel } from '../../../workers/kernel/portable-kernel.js';
import { REFUSALS } from '../../../workers/kernel/replies.js';
import { selectKernel } from '../../../workers/kernel/select-kernel.js';
import { FrameBatch, type FrameCase } from './frame-batch.js';
import { frameBytes, messageText } from './generated-frames.js';
import { NATIVE_ADDON_IS_BUILT } from './native-presence.js';

const frameCase = fc.record({
  bytes: frameBytes,
  action: fc.constantFrom(ACTION_PASS, ACTION_PASS, ACTION_ECHO, ACTION_REFUSE, ACTION_SCAN),
  framing: fc.constantFrom(FRAMING_NONE, FRAMING_NDJSON, FRAMING_CONTENT_LENGTH),
  onBad: fc.constantFrom(ON_BAD_REASON, ON_BAD_REPLY),
  arg: fc.nat(REFUSALS.length - 1),
});

describe('both kernels give the same results', { skip: !NATIVE_ADDON_IS_BUILT }, () => {
  const portable = new PortableKernel(createIdStore());
  const native = NATIVE_ADDON_IS_BUILT ? selectKernel('native', createIdStore()).kernel : portable;
  const sameResults = (cases: readonly FrameCase[]) => {
    const ofNative = new FrameBatch(cases).run(native);
    assert.deepEqual(ofNative, new FrameBatch(cases).run(portable));
  };

  it('for batches of generated frames, in every action and framing', () => {
    fc.assert(fc.property(fc.array(frameCase, { maxLength: 12 }), sameResults), { numRuns: 2000 });
  });

  it('for arrays of generated frames', () => {
    const array = fc
      .array(frameBytes, { maxLength: 5 })
      .map((frames) =>
        Buffer.from(
          `[${frames.map((frame) => Buffer.from(frame).toString('latin1')).join(',')}]`,
          'latin1',
        ),
      );
    const splitCase = fc.record({
      bytes: fc.oneof(array, frameBytes),
      action: fc.constant(ACTION_SPLIT),
      onBad: fc.constantFrom(ON_BAD_REASON, ON_BAD_REPLY),
      arg: fc.nat(6),
    });
    fc.assert(fc.property(fc.array(splitCase, { maxLength: 6 }), sameResults), { numRuns: 1000 });
  });

  it('for every truncation of a message', () => {
    fc.assert(
      fc.property(messageText, frameCase, (text, { action, framing, onBad, arg }) => {
        const bytes = new TextEncoder().encode(text);
        sameResults(
          Array.from({ length: bytes.length + 1 }, (_, length) => ({
            ...{ action, framing, onBad, arg },
            bytes: bytes.subarray(0, length),
          })),
        );
      }),
      { numRuns: 150 },
    );
  });

  it('for every byte of a message set to every value', () => {
    const text = '{"id":-1.5e2,"method":"\\u00e9é","params":[true,{"k":null}, -0, "\\n"]}';
    const original = new TextEncoder().encode(text);
    for (let at = 0; at < original.length; at++) {
      sameResults(
        Array.from({ length: 256 }, (_, value) => {
          const bytes = original.slice();
          bytes[at] = value;
          return { bytes, action: ACTION_PASS, framing: FRAMING_NDJSON };
        }),
      );
    }
  });

  it('around the length of a block and the greatest depth that the native one walks', () => {
    for (let length = 0; length < 70; length++) {
      const run = 'x'.repeat(length);
      const digits = '7'.repeat(length + 1);
      for (const value of [`"${run}"`, `"${run}\\n"`, `"${run}\n"`, `"${run}é"`, `"${run}`]) {
        sameResults([{ bytes: `{"method":"m","${run}":${value}}`, action: ACTION_PASS }]);
      }
      for (const value of [digits, `0.${digits}`, `1e${digits}`, `${digits}.`, `0${digits}`]) {
        sameResults([{ bytes: `{"id":${value},"method":"m"}`, action: ACTION_ECHO }]);
      }
      sameResults([{ bytes: `{"method":"m",${' '.repeat(length)}"a":1}`, action: ACTION_PASS }]);
    }
    for (let depth = 500; depth < 520; depth++) {
      const bytes = `{"method":"m","params":${'['.repeat(depth)}${']'.repeat(depth)}}`;
      sameResults([{ bytes, action: ACTION_PASS, framing: FRAMING_NDJSON }]);
    }
  });
});
