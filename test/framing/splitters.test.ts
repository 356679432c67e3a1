import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { givesSameEverywhere, LIMIT, split } from '../support/splitting.js';

describe('an ndjson stream', () => {
  const streams: readonly [string, string, string[]][] = [
    ['of lines', 'one\ntwo\n', ['frame one', 'frame two']],
    ['with CR LF', 'one\r\ntwo\r\n', ['frame one', 'frame two']],
    ['with a CR inside a line', 'o\rne\n', ['frame o\rne']],
    ['with blank lines', '\n \t\r\n\none\n\n', ['frame one']],
    ['whose last line has no end', 'one\ntwo', ['frame one', 'frame two']],
    ['whose last line has no end and is blank', 'one\n  ', ['frame one']],
    ['with a line at the limit', `${'x'.repeat(LIMIT)}\n`, [`frame ${'x'.repeat(LIMIT)}`]],
    ['with a CR LF line at the limit', `${'x'.repeat(LIMIT)}\r\n`, [`frame ${'x'.repeat(LIMIT)}`]],
    [
      'with a line above the limit',
      `a\n${'x'.repeat(LIMIT + 1)}\nb\n`,
      ['frame a', 'oversize 40', 'frame b'],
    ],
    [
      'with a line far above the limit',
      `${'x'.repeat(LIMIT * 3)}\nb\n`,
      ['oversize 40', 'frame b'],
    ],
    [
      'whose last line is above the limit',
      `a\n${'x'.repeat(LIMIT * 3)}`,
      ['frame a', 'oversize 40'],
    ],
    ['of nothing', '', []],
  ];
  for (const [name, stream, expected] of streams) {
    test(`${name} gives the same frames wherever it is cut`, () => {
      givesSameEverywhere('ndjson', stream, expected);
    });
  }
});

describe('a Content-Length stream', () => {
  const one = 'Content-Length: 3\r\n\r\none';
  const streams: readonly [string, string, string[]][] = [
    ['of messages', `${one}${one}`, ['frame one', 'frame one']],
    ['with other headers', `Content-Type: x\r\ncontent-length:3\r\n\r\none`, ['frame one']],
    ['with LF alone', 'Content-Length: 3\n\none', ['frame one']],
    ['with line ends in a body', 'Content-Length: 4\r\n\r\n\r\n\r\n', ['frame \r\n\r\n']],
    ['with an empty body', `Content-Length: 0\r\n\r\n${one}`, ['frame one']],
    [
      'with lines that are no header',
      `oops\r\n${one}oops\n${one}`,
      ['noise oops', 'frame one', 'noise oops', 'frame one'],
    ],
    [
      'with a length that is none',
      `Content-Length: none\r\n\r\n{}${one}${one}`,
      ['noise Content-Length: none', 'noise {}Content-Length: 3', 'frame one', 'frame one'],
    ],
    [
      'with text before a header',
      `loading...${one}\x01${one}`,
      [
        'noise loading...Content-Length: 3',
        'frame one',
        'noise \x01Content-Length: 3',
        'frame one',
      ],
    ],
    [
      'with a length that is too small',
      `Content-Length: 2\r\n\r\nabc${one}`,
      ['frame ab', 'noise cContent-Length: 3', 'frame one'],
    ],
    [
      'with a printed line about a header',
      `got Content-Length: 9\n\n${one}`,
      ['noise got Content-Length: 9', 'frame one'],
    ],
    [
      'with what looks like a header, and ends with LF',
      `INFO: 1\n${one}`,
      ['noise INFO: 1', 'frame one'],
    ],
    [
      'with headers of its own',
      `X-Trace: 1\r\nContent-Length: 3\r\nX_b:2\r\n\r\none`,
      ['frame one'],
    ],
    [
      'with a body at the limit',
      `Content-Length: 40\r\n\r\n${'x'.repeat(40)}`,
      [`frame ${'x'.repeat(40)}`],
    ],
    [
      'with a body above the limit',
      `Content-Length: 41\r\n\r\n${'x'.repeat(41)}${one}`,
      ['oversize 40', 'frame one'],
    ],
    ['with a body cut off', `${one}Content-Length: 9\r\n\r\non`, ['frame one', 'frame on\0']],
    ['with all of a body cut off', `${one}Content-Length: 9\r\n\r\n`, ['frame one', 'frame \0']],
    [
      'with headers cut off',
      `${one}Content-Length: 9\r\n`,
      ['frame one', 'noise Content-Length: 9'],
    ],
    ['with a header cut off', `${one}Content-Len`, ['frame one', 'noise Content-Len']],
  ];
  for (const [name, stream, expected] of streams) {
    test(`${name} gives the same frames wherever it is cut`, () => {
      givesSameEverywhere('content-length', stream, expected);
    });
  }

  test('with a line too long for a header gives the same wherever it is cut', () => {
    const line = `${'x'.repeat(8 * 1024)}Content-Length: 3\r\n`;
    const bytes = Buffer.from(`${line}\r\none${one}`);
    const expected = [`noise ${'x'.repeat(8 * 1024)}`, 'frame one', 'frame one'];
    for (const at of [1, 8191, 8192, 8193, 8200, 8209, 8210, 8211, bytes.length]) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      assert.deepEqual(split('content-length', chunks), expected, `cut at ${at}`);
    }
  });
});
