import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACTION_PASS,
  ACTION_SCAN,
  BAD_JSON,
  KIND_NOTIFICATION,
} from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { runFrame } from './frame-batch.js';

const DEEP_LEVELS = 1_000_000;

/** What is JSON and what is not: exactly what `JSON.parse` takes after a strict UTF-8 decoder. */
export function jsonValidity(kernel: Kernel): void {
  const verdictOf = (bytes: string | Uint8Array) =>
    runFrame(kernel, { bytes, action: ACTION_PASS }).verdict;
  const isJson = (value: string | Uint8Array) => {
    const bytes = around(value);
    assert.equal(verdictOf(bytes), KIND_NOTIFICATION, Buffer.from(bytes).toString('latin1'));
  };
  const isNotJson = (value: string | Uint8Array) => {
    const bytes = around(value);
    assert.equal(verdictOf(bytes), BAD_JSON, Buffer.from(bytes).toString('latin1'));
  };

  describe('strings', () => {
    it('may hold every escape', () => {
      isJson('"\\" \\\\ \\/ \\b \\f \\n \\r \\t \\u0000 \\uFFff"');
      for (const bad of ['\\x', '\\', '\\u', '\\u12', '\\u12G4', '\\u123', '\\U0041', "\\'"]) {
        isNotJson(`"${bad}"`);
        isNotJson(`"0123456789abcdef0123456789abcdef${bad}"`);
      }
    });

    it('end at the first quote that no backslash escapes', () => {
      isJson('"\\\\"');
      isJson('"\\\\\\""');
      isNotJson('"\\\\\\"');
      isNotJson('"a"b"');
    });

    it('may hold lone surrogates as escapes', () => {
      isJson('"\\ud800"');
      isJson('"\\udc00\\ud800 \\uD83D\\uDE00"');
    });

    it('may hold no control character, but DEL', () => {
      for (let c = 0; c < 0x20; c++) {
        isNotJson(`"${String.fromCharCode(c)}"`);
        isNotJson(`"0123456789abcdef${String.fromCharCode(c)}0123456789abcdef"`);
      }
      isJson('"\x7f"');
    });

    it('may hold any well-formed UTF-8', () => {
      isJson('"é \u{10ffff} \ufffe \u2028 \ufeff ä"');
      isJson(`{"${'ü'.repeat(100)}":"${'😀'.repeat(100)}"}`);
    });

    it('may not hold ill-formed UTF-8', () => {
      for (const bad of [
        [0x80],
        [0xff],
        [0xc0, 0x80],
        [0xc1, 0xbf],
        [0xc3],
        [0xe2, 0x82],
        [0xe0, 0x80, 0x80],
        [0xed, 0xa0, 0x80],
        [0xf0, 0x80, 0x80, 0x80],
        [0xf4, 0x90, 0x80, 0x80],
        [0xf8, 0x88, 0x80, 0x80, 0x80],
      ]) {
        isNotJson(Uint8Array.from([0x22, ...bad, 0x22]));
        isNotJson(Uint8Array.from([0x22, ...Buffer.from('x'.repeat(70)), ...bad, 0x61, 0x22]));
      }
    });
  });

  describe('numbers', () => {
    it('may have every spelling that RFC 8259 allows, and any size', () => {
      for (const good of [
        ...['0', '-0', '1', '10', '-123', '0.0', '-0.50', '1e5', '1E+5', '1e-05', '0e0', '1.5e300'],
        ...['1e999', '-1e-999', '18446744073709551616', '9'.repeat(400), `0.${'1'.repeat(400)}`],
      ]) {
        isJson(good);
        isJson(`[${good}]`);
        isJson(`[ ${good} ,${good}]`);
      }
    });

    it('may have no other', () => {
      for (const bad of [
        ...['01', '-', '+1', '.5', '1.', '1.e1', '1e', '1e+', '1e1.5', '--1', '-01', '00', '0x1'],
        ...[
          '1_0',
          'NaN',
          'Infinity',
          '-Infinity',
          '1a',
          '1"',
          '1-',
          '1+1',
          '1 2',
          `${'9'.repeat(99)}x`,
        ],
      ]) {
        isNotJson(bad);
        isNotJson(`[${bad}]`);
      }
    });
  });

  describe('structure', () => {
    it('has true, false and null and no other words', () => {
      for (const good of ['true', 'false', 'null', '[true,false,null]']) isJson(good);
      for (const bad of ['tru', 'True', 'truee', 'nul', 'nulll', 'fals', 'falsey', 'undefined']) {
        isNotJson(bad);
        isNotJson(`[${bad}]`);
      }
    });

    it('has commas and colons where they belong and nowhere else', () => {
      for (const good of ['[]', '{}', '[[]]', '[{}]', '{"":{}}', '{"a":[1,[2,{"b":3}]],"c":4}']) {
        isJson(good);
      }
      for (const bad of [
        ...['[1,]', '[,1]', '[1 2]', '[1,,2]', '[1:2]', '{"a":1,}', '{,}', '{"a"}', '{"a":}'],
        ...['{"a" 1}', '{"a"::1}', '{a:1}', '{1:1}', '{"a":1 "b":2}', '{"a":1;"b":2}', '', ','],
        ...['[', '{', '[}', '{]', '[1}', '{"a":1]', '[[]', '{"a":{}', '"', '//x', '/**/1'],
      ]) {
        isNotJson(bad);
      }
    });

    it('has whitespace of four kinds and no other', () => {
      isJson(' \t\r\n[ \t\r\n1 \t\r\n] \t\r\n');
      isJson(`${' '.repeat(200)}1${'\n'.repeat(200)}`);
      for (const bad of ['\v', '\f', '\0', '\xa0', '\u2028', '\ufeff', '\x1f', '\x7f']) {
        isNotJson(`${bad}1`);
        isNotJson(`[1${bad}]`);
      }
    });

    it('ends with its object', () => {
      for (const tail of ['x', '}', ']', ',', '{}', '\0', '"', '1']) {
        assert.equal(verdictOf(`{"method":"m"}${tail}`), BAD_JSON, tail);
      }
    });

    it('does not begin with a byte order mark', () => {
      assert.equal(verdictOf('\ufeff{"method":"m"}'), BAD_JSON);
    });

    it('is not empty', () => {
      for (const blank of ['', ' ', '\n\r\t ']) assert.equal(verdictOf(blank), BAD_JSON);
    });

    it('may be a million levels deep', () => {
      for (const [open, close] of [
        ['[', ']'],
        ['{"":', '}'],
      ] as const) {
        const opened = open.repeat(DEEP_LEVELS);
        const closed = close.repeat(DEEP_LEVELS);
        isJson(`${opened}1${closed}`);
        isNotJson(`${opened}1${closed.slice(1)}`);
        isNotJson(`${opened}1`);
        isNotJson(opened);
      }
    });
  });

  describe('truncation', () => {
    const text = '{"id":-1.5e2,"method":"\\u00e9é","params":[true,{"k":null}],"error":{"a":[]}}';
    const bytes = Buffer.from(text);

    it('at every byte is noticed, also where what follows would complete the frame', () => {
      for (let length = 0; length < bytes.length; length++) {
        assert.equal(verdictOf(bytes.subarray(0, length)), BAD_JSON, `${length} bytes`);
      }
      assert.notEqual(verdictOf(bytes), BAD_JSON);
    });

    it('is said in words', () => {
      const out = (frame: string) => runFrame(kernel, { bytes: frame, action: ACTION_SCAN }).out;
      assert.equal(out('{"id":1'), 'unexpected end, expected "," or "}" at byte 7');
      assert.equal(out('{"id":"a'), 'unterminated string at byte 8');
      assert.equal(out('hello'), "unexpected 'h', expected a value at byte 0");
      assert.equal(out('\0'), 'unexpected byte 0x00, expected a value at byte 0');
      assert.equal(out('{"a":"\n"}'), 'control character in a string at byte 6');
    });
  });
}

/** A notification with `value` as its params. */
function around(value: string | Uint8Array): Uint8Array {
  return Buffer.concat([
    Buffer.from('{"method":"m","params":'),
    Buffer.from(value),
    Buffer.from('}'),
  ]);
}
