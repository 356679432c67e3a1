import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ConnectionCount } from '../../src/frontend/connection-count.js';

describe('the connection count', () => {
  test('has room up to its limit, and again when someone has left', () => {
    const count = new ConnectionCount(2, 0);
    assert.equal(count.enter('a'), true);
    assert.equal(count.enter('a'), true);
    assert.equal(count.enter('b'), false);
    assert.equal(count.total, 2);
    count.leave('a');
    assert.equal(count.enter('b'), true);
    assert.equal(count.total, 2);
  });

  test('limits each address for itself', () => {
    const count = new ConnectionCount(10, 1);
    assert.equal(count.enter('a'), true);
    assert.equal(count.enter('a'), false);
    assert.equal(count.enter('b'), true);
    count.leave('a');
    assert.equal(count.enter('a'), true);
    assert.equal(count.total, 2);
  });
});
