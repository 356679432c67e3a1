import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ACTION_PASS } from '../../../workers/batch-layout.js';
import { hashBytes, MAX_HASHED_ID_BYTES } from '../../../workers/id-hash.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { FrameBatch } from './frame-batch.js';

const ONE_SPELLING = [
  '0',
  '7',
  '123456789012345',
  '""',
  '"a"',
  '"é\u2028"',
  `"${'x'.repeat(254)}"`,
];
const OTHERS = [
  '-1',
  '1.0',
  '1e3',
  '1234567890123456',
  String.raw`"\u0061"`,
  `"${'x'.repeat(MAX_HASHED_ID_BYTES)}"`,
];

/** The word ID_HASH of what is passed on. */
export function idHashes(kernel: Kernel): void {
  const hashesIn = (messages: readonly string[]): number[] => {
    const frames = messages.map((bytes) => ({ bytes, action: ACTION_PASS }));
    return new FrameBatch(frames).run(kernel).map(({ found }) => found[0]!);
  };
  const requests = (ids: readonly string[]): string[] =>
    ids.map((id) => `{"jsonrpc":"2.0","id":${id},"method":"m"}`);

  describe('hashes of ids', () => {
    it('are those of the bytes where there is one spelling only', () => {
      const expected = ONE_SPELLING.map((id) =>
        hashBytes(Buffer.from(id), 0, Buffer.byteLength(id)),
      );
      assert.deepEqual(hashesIn(requests(ONE_SPELLING)), expected);
      assert.equal(new Set(expected).size, expected.length);
      assert.ok(!expected.includes(0));
    });

    it('are 0 where there may be another spelling, or it is long', () => {
      assert.deepEqual(new Set(hashesIn(requests(OTHERS))), new Set([0]));
    });

    it('are there in replies that are broken behind their ids', () => {
      const [good, broken] = hashesIn([
        '{"id":12,"result":1}',
        '{"jsonrpc":"2.0","id":12,"result":NaN}',
      ]);
      assert.notEqual(good, 0);
      assert.equal(broken, good);
    });

    it('are 0 without an id, and for null', () => {
      assert.deepEqual(
        hashesIn([
          '{"jsonrpc":"2.0","method":"m"}',
          '{"jsonrpc":"2.0","id":null,"error":{}}',
          '{',
          '',
        ]),
        [0, 0, 0, 0],
      );
    });
  });
}
