import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MethodNames } from '../../src/session/method-names.js';

import { scanned } from '../support/scanned.js';

describe('names of methods', () => {
  const names = new MethodNames(['initialize', '$/cancelRequest', 'größer']);
  const found = (method: string): string | null => names.find(scanned(`{"method":${method}}`), 0);

  test('are found however they are spelled, and no others', () => {
    assert.equal(found('"initialize"'), 'initialize');
    assert.equal(found('"\\u0069nitialize"'), 'initialize');
    assert.equal(found('"$\\/cancelRequest"'), '$/cancelRequest');
    assert.equal(found('"größer"'), 'größer');
    for (const other of ['"tools/call"', '"Initialize"', '"initialized"', '"x\\u0020y"', '""']) {
      assert.equal(found(other), null, other);
    }
  });
});
