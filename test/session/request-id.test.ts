import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meaningOf } from '../../src/session/request-id.js';

test('what an id means is not looked for in arrays and objects, however long they are', () => {
  assert.equal(meaningOf('"\\u0031"'), '1');
  assert.equal(meaningOf('1e0'), 1);
  for (const text of ['', 'null', 'true', '[1, and no JSON', '{"a":'])
    assert.equal(meaningOf(text), null);
});
