import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACTION_ECHO,
  ACTION_PASS,
  FRAME_COUNT,
  HEADER_WORDS,
  IN_LENGTH,
  IN_OFFSET,
  OUT_END,
  OUT_LIMIT,
  OUT_START,
} from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { FrameBatch } from './frame-batch.js';

const MAX_INT32 = 0x7fffffff;
const MIN_INT32 = -0x80000000;
const FRAME = '{"id":1,"method":"m","params":[1]}';

/** Whatever the words of a batch say, a kernel stays inside the batch. */
export function batchBounds(kernel: Kernel): void {
  const newBatch = () =>
    new FrameBatch([
      { bytes: FRAME, action: ACTION_PASS },
      { bytes: FRAME, action: ACTION_ECHO },
    ]);
  const refuses = (change: (control: Int32Array) => void) => {
    const { control, bytes } = newBatch();
    change(control);
    assert.throws(() => kernel.processBatch(control, bytes), RangeError);
  };

  describe('a batch that points outside itself is refused', () => {
    it('by its frame count', () => {
      for (const count of [-1, 3, MAX_INT32, MIN_INT32, 214748365]) {
        refuses((control) => {
          control[FRAME_COUNT] = count;
        });
      }
    });

    it('by its output region', () => {
      for (const [word, value] of [
        [OUT_START, -1],
        [OUT_START, MAX_INT32],
        [OUT_START, MIN_INT32],
        [OUT_LIMIT, MAX_INT32],
        [OUT_LIMIT, -1],
        [OUT_LIMIT, 0],
      ] as const) {
        refuses((control) => {
          control[word] = value;
        });
      }
    });

    it("by a frame's offset or length", () => {
      for (const word of [IN_OFFSET, IN_LENGTH]) {
        for (const value of [-1, MAX_INT32, MIN_INT32, 100_000]) {
          refuses((control) => {
            control[HEADER_WORDS + word] = value;
          });
        }
      }
      refuses((control) => {
        control[HEADER_WORDS + IN_OFFSET] = MAX_INT32;
        control[HEADER_WORDS + IN_LENGTH] = MAX_INT32;
      });
    });

    it('by a frame whose padding reaches into the output region', () => {
      refuses((control) => {
        control[OUT_START]! -= 1;
      });
    });

    it('by control words that are too few for a header', () => {
      const { bytes } = newBatch();
      for (const words of [0, 1, HEADER_WORDS - 1]) {
        assert.throws(() => kernel.processBatch(new Int32Array(words), bytes), RangeError);
      }
    });
  });

  describe('an output region that is too small', () => {
    it('is never overrun: the batch fails and what lies behind stays as it was', () => {
      const whole = newBatch();
      kernel.processBatch(whole.control, whole.bytes);
      const used = whole.control[OUT_END]!;
      for (let limit = whole.control[OUT_START]!; limit < used; limit++) {
        const { control, bytes } = newBatch();
        control[OUT_LIMIT] = limit;
        bytes.fill(0xee, limit);
        assert.throws(() => kernel.processBatch(control, bytes), RangeError);
        assert.ok(
          bytes.subarray(limit).every((byte) => byte === 0xee),
          `limit ${limit}`,
        );
      }
    });

    it('is big enough when the last byte fits', () => {
      const whole = newBatch();
      kernel.processBatch(whole.control, whole.bytes);
      const { control, bytes } = newBatch();
      control[OUT_LIMIT] = whole.control[OUT_END]!;
      kernel.processBatch(control, bytes);
      assert.equal(control[OUT_END], whole.control[OUT_END]);
    });
  });
}
