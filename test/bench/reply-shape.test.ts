import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ReplyScanner } from '../../src/bench/replies/reply-scanner.js';
import { ReplyShapes } from '../../src/bench/replies/reply-shape.js';

/** Frames that differ in one place only, some of them not JSON, some not with an id of ours. */
const frame = fc
  .tuple(
    fc.constantFrom(
      '7',
      '12',
      '1234567',
      '0',
      '07',
      '-7',
      '7.0',
      '"7"',
      '7e0',
      '',
      'null',
      '7,"id":8',
    ),
    fc.constantFrom(
      'true',
      '[1,2]',
      '"long enough to be compared by the native call, and more"',
      'nul',
      '"',
    ),
    fc.constantFrom('{"jsonrpc":"2.0",', '{', '{"jsonrpc":"2.1",'),
    fc.boolean(),
  )
  .map(([id, result, head, idFirst]) =>
    idFirst ? `${head}"id":${id},"result":${result}}` : `${head}"result":${result},"id":${id}}`,
  );

describe('remembered layouts of replies', () => {
  it('never let a frame pass that a full scan would not, and give the same id', () => {
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 40 }), (frames) => {
        const shapes = new ReplyShapes();
        const scanner = new ReplyScanner();
        for (const text of frames) {
          // Not at the start of the buffer, and with something behind it.
          const bytes = Buffer.from(`xx${text}9`);
          const [start, end] = [2, bytes.length - 1];
          const matched = shapes.match(bytes, start, end);
          scanner.scan(bytes, start, end);
          if (matched !== -1) {
            assert.equal(scanner.kind, 'result');
            assert.equal(scanner.id, matched);
          } else if (scanner.kind === 'result' && scanner.id !== -1) {
            const { idStart, idEnd, kind } = scanner;
            shapes.learn(bytes, start, end, idStart, idEnd, kind, 0, true);
            assert.equal(shapes.match(bytes, start, end), scanner.id);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  it('give up learning where no two replies are alike', () => {
    const shapes = new ReplyShapes();
    const reply = (n: number): Buffer => Buffer.from(`{"id":1,"result":${n}}`);
    for (let n = 0; n < 1_200; n++) {
      const bytes = reply(n);
      assert.equal(shapes.match(bytes, 0, bytes.length), -1);
      shapes.learn(bytes, 0, bytes.length, 6, 7, 'result', 0, true);
    }
    const last = reply(1_199);
    assert.equal(shapes.match(last, 0, last.length), -1);
  });
});

describe('the kind of a reply', () => {
  it('is neither result nor error where it is both; "error":null says nothing', () => {
    const scanner = new ReplyScanner();
    const kindOf = (text: string): string => {
      const bytes = Buffer.from(text);
      scanner.scan(bytes, 0, bytes.length);
      return scanner.kind;
    };
    const error = '{"code":1,"message":"x"}';
    assert.equal(kindOf('{"id":1,"result":2}'), 'result');
    assert.equal(kindOf('{"id":1,"result":2,"error":null}'), 'result');
    assert.equal(kindOf(`{"id":1,"error":${error}}`), 'error');
    assert.equal(kindOf(`{"id":1,"result":2,"error":${error}}`), 'bad');
  });
});
