import assert from 'node:assert/strict';
import { test } from 'node:test';
import { didYouMean, FLAG_HINT } from '../../src/options/did-you-mean.js';

const NAMES = ['listen', 'mode', 'threads', 'cwd', 'content-length'];

test('a name that is nearly right is suggested', () => {
  for (const [text, name] of [
    ['lisen', 'listen'],
    ['tlisen', 'listen'],
    ['contentlength', 'content-length'],
    ['cdw', 'cwd'],
    ['thr', 'threads'],
    ['modes', 'mode'],
    ['listening', 'listen'],
  ] as const) {
    assert.equal(didYouMean(text, NAMES), `; did you mean "${name}"?`, text);
  }
});

test('a name that none is like gets no suggestion, but what the caller has to say', () => {
  for (const text of ['echo', 'verbose', 'x-forwarded', '']) {
    assert.equal(didYouMean(text, NAMES), '', text);
    assert.equal(didYouMean(text, NAMES, FLAG_HINT), '; --help lists all', text);
  }
});

test('a flag is suggested with its dashes', () => {
  assert.equal(didYouMean('lisen', NAMES, FLAG_HINT), '; did you mean --listen?');
});
