import assert from 'node:assert/strict';
import { test } from 'node:test';
import { closeReason } from '../../src/frontend/close-reason.js';

function cut(text: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(closeReason(text));
}

test('a close reason of 123 bytes is whole, a longer one is cut there', () => {
  assert.equal(cut('x'.repeat(123)), 'x'.repeat(123));
  assert.equal(cut('x'.repeat(200)), 'x'.repeat(123));
});

test('a close reason is never cut within a character', () => {
  for (let before = 110; before <= 123; before++) {
    for (const character of ['ü', '€', '😀']) {
      const text = 'x'.repeat(before) + character.repeat(20);
      const shown = cut(text);
      const bytes = Buffer.byteLength(shown);
      assert.ok(text.startsWith(shown));
      assert.ok(bytes <= 123 && bytes > 123 - Buffer.byteLength(character));
    }
  }
});
