import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ReceiveBuffer } from '../../src/transport/receive-buffer.js';

describe('a receive buffer', () => {
  test('keeps copies, in order', () => {
    const buffer = new ReceiveBuffer(10_000);
    const frame = Buffer.from('one');
    assert.equal(buffer.push(frame), true);
    frame.write('xxx');
    assert.equal(buffer.push(Buffer.from('two')), true);
    assert.equal(Buffer.from(buffer.peek()!).toString(), 'one');
    buffer.shift();
    assert.equal(Buffer.from(buffer.peek()!).toString(), 'two');
    buffer.shift();
    assert.equal(buffer.peek(), null);
    assert.equal(buffer.empty, true);
  });

  test('refuses what goes beyond its capacity, and takes it when there is room', () => {
    const buffer = new ReceiveBuffer(1000);
    for (const taken of [true, true, false]) {
      assert.equal(buffer.push(Buffer.alloc(600)), taken);
    }
    buffer.shift();
    assert.equal(buffer.push(Buffer.alloc(600)), true);
    assert.equal(buffer.push(Buffer.alloc(600)), false);
  });

  test('bounds frames that have no bytes too', () => {
    const buffer = new ReceiveBuffer(100_000);
    let count = 0;
    while (buffer.push(Buffer.alloc(0))) count++;
    assert.equal(count, 1 + 100_000 / 4);
  });

  test('uses memory again, and keeps frames of all sizes apart', () => {
    const sizes = fc.array(fc.oneof(fc.nat(300), fc.nat(200_000)), { maxLength: 60 });
    fc.assert(
      fc.property(sizes, sizes, (first, second) => {
        const buffer = new ReceiveBuffer(Number.MAX_SAFE_INTEGER);
        for (const round of [first, second]) {
          for (const [i, size] of round.entries()) buffer.push(Buffer.alloc(size, i));
          for (const [i, size] of round.entries()) {
            assert.deepEqual(Buffer.from(buffer.peek()!), Buffer.alloc(size, i));
            buffer.shift();
          }
          assert.equal(buffer.empty, true);
        }
      }),
      { numRuns: 20 },
    );
  });

  test('takes one frame above its capacity when it is alone, and has all its room behind it', () => {
    const buffer = new ReceiveBuffer(10);
    for (const [bytes, taken] of [
      [100, true],
      [100, false],
      [6, true],
      [0, false],
    ] as const) {
      assert.equal(buffer.push(Buffer.alloc(bytes)), taken);
    }
  });

  test('is empty and has all its room after clear()', () => {
    const buffer = new ReceiveBuffer(1000);
    buffer.push(Buffer.alloc(800));
    buffer.clear();
    assert.equal(buffer.empty, true);
    assert.equal(buffer.push(Buffer.alloc(800)), true);
  });

  test('is a first-in-first-out list, through thousands of frames', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3000, maxLength: 6000 }), (steps) => {
        const buffer = new ReceiveBuffer(Number.MAX_SAFE_INTEGER);
        let pushed = 0;
        let shifted = 0;
        for (const push of steps) {
          if (push) buffer.push(Buffer.from(String(pushed++)));
          else if (shifted < pushed) {
            assert.equal(Buffer.from(buffer.peek()!).toString(), String(shifted++));
            buffer.shift();
          }
        }
        assert.equal(buffer.empty, shifted === pushed);
      }),
      { numRuns: 20 },
    );
  });
});
