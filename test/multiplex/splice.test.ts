import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { splice } from '../../src/multiplex/splice.js';

describe('a spliced message', () => {
  test('has its edits in place, in whatever order they are given', () => {
    const edits = [
      { start: 4, end: 6, bytes: Buffer.from('ZZZ') },
      { start: 0, end: 1, bytes: Buffer.from('') },
    ];
    assert.equal(splice(Buffer.from('abcdefg'), edits).toString(), 'bcdZZZg');
  });

  test('is a copy, and otherwise as it was', () => {
    const message = Buffer.from('{\r\n"a" :\n1}');
    const result = splice(message, []);
    message.fill(0);
    assert.equal(Buffer.from(result).toString(), '{\r\n"a" :\n1}');
  });
});
