import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  ACTION_SPLIT,
  BAD_JSON,
  BAD_MESSAGE,
  KIND_ARRAY,
  ON_BAD_REPLY,
} from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { type FrameOutcome, runFrame } from './frame-batch.js';
import { messageText, valueText } from './generated-frames.js';

/** Where the elements of JSON arrays lie. */
export function arrayElements(kernel: Kernel): void {
  const split = (bytes: string, most = 100): FrameOutcome =>
    runFrame(kernel, { bytes, action: ACTION_SPLIT, arg: most });

  describe('ACTION_SPLIT', () => {
    it('gives the bounds of each element, with the white space around it', () => {
      const text = ' \n[ {"a":[1,2]} ,\t"x,]",[ ] , -1.5e3\r\n] ';
      const outcome = split(text);
      assert.equal(outcome.verdict, KIND_ARRAY);
      assert.deepEqual(outcome.found, [4]);
      assert.deepEqual(elementsOf(text, outcome), [
        ' {"a":[1,2]} ',
        '\t"x,]"',
        '[ ] ',
        ' -1.5e3\r\n',
      ]);
    });

    it('counts all elements, and gives the bounds of as many as are wanted', () => {
      const text = '[1,2,3,4]';
      for (const most of [0, 1, 3, 4, 5]) {
        const outcome = split(text, most);
        assert.deepEqual(outcome.found, [4]);
        assert.deepEqual(elementsOf(text, outcome), ['1', '2', '3', '4'].slice(0, most));
      }
    });

    it('gives nothing for an array without elements', () => {
      for (const text of ['[]', ' [ \n ] ']) {
        const outcome = split(text);
        assert.deepEqual([outcome.verdict, outcome.found, outcome.out], [KIND_ARRAY, [0], '']);
      }
    });

    it('refuses what is no array or no JSON', () => {
      for (const text of ['{}', '1', '"[]"']) assert.equal(split(text).verdict, BAD_MESSAGE);
      for (const text of [
        '[',
        '[1',
        '[1,',
        '[1,]',
        '[,1]',
        '[1 2]',
        '[1]]',
        '[1],',
        '[{]',
        '[01]',
      ]) {
        assert.equal(split(text).verdict, BAD_JSON, text);
      }
      const { out } = runFrame(kernel, {
        ...{ bytes: '[1,]', action: ACTION_SPLIT, onBad: ON_BAD_REPLY, arg: 100 },
      });
      assert.equal((JSON.parse(out) as { error: { code: number } }).error.code, -32700);
    });

    it('gives back any elements that an array is made of', () => {
      const element = fc.oneof(messageText, valueText);
      fc.assert(
        fc.property(fc.array(element, { maxLength: 8 }), (elements) => {
          const text = `[${elements.join(',')}]`;
          const outcome = split(text);
          assert.equal(outcome.verdict, KIND_ARRAY);
          assert.deepEqual(elementsOf(text, outcome), elements);
        }),
      );
    });
  });
}

function elementsOf(text: string, { out }: FrameOutcome): string[] {
  const bytes = Buffer.from(text);
  const words = Buffer.from(out, 'latin1');
  const bounds = Array.from({ length: words.length / 4 }, (_, i) => words.readInt32LE(4 * i));
  return bounds.slice(1).map((end, i) => bytes.subarray(bounds[i], end - 1).toString());
}
