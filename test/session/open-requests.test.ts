import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Batch } from '../../src/lane/batch.js';
import { MAX_OPEN_HASHES } from '../../src/limits.js';
import { OpenRequests } from '../../src/session/open-requests.js';
import { ACTION_PASS } from '../../workers/batch-layout.js';
import { scanned } from '../support/scanned.js';

/** A batch of one message with this id. */
function message(id: string): Batch {
  const rest = id === 'null' ? '"error":{"code":1,"message":"x"}' : '"method":"m"';
  return scanned(`{"id":${id},${rest}}`, ACTION_PASS);
}

describe('requests that wait for their answers', () => {
  let open = new OpenRequests();
  const sent = (id: string): void => open.sent(message(id), 0);
  const answered = (id: string): void => open.answered(message(id), 0);
  beforeEach(() => {
    open = new OpenRequests();
    sent('1');
    sent('2');
  });

  test('are there until as many are answered as were sent', () => {
    answered('1');
    assert.equal(open.any, true);
    answered('2');
    assert.equal(open.any, false);
  });

  test('are not waited for where they were cancelled, answered or not', () => {
    open.cancelled('1');
    assert.equal(open.any, true);
    answered('2');
    assert.equal(open.any, false);
    sent('3');
    assert.equal(open.any, true);
    // The answer crossed the cancel: the other one is still open.
    answered('1');
    assert.equal(open.any, true);
    answered('3');
    assert.equal(open.any, false);
  });

  test('are not miscounted by a cancel of what was answered before, or is nobody’s', () => {
    answered('1');
    open.cancelled('1');
    answered('2');
    open.cancelled('2');
    open.cancelled('"never sent"');
    sent('3');
    assert.equal(open.any, true);
    answered('3');
    assert.equal(open.any, false);
  });

  test('are waited for while another one was cancelled after its answer', () => {
    answered('1');
    open.cancelled('1');
    assert.equal(open.any, true);
    open.cancelled('"never sent"');
    assert.equal(open.any, true);
    answered('2');
    assert.equal(open.any, false);
  });

  test('are as many as were sent, where there are too many to know their ids', () => {
    const last = MAX_OPEN_HASHES + 100;
    for (let n = 3; n <= last; n++) sent(String(n));
    for (let n = 1; n < last; n++) answered(String(n));
    assert.equal(open.any, true);
    answered(String(last));
    assert.equal(open.any, false);
  });

  test('are waited for, whatever else is cancelled after its answer', () => {
    for (let n = 3; n < 2000; n++) sent(String(n));
    for (let n = 1; n < 2000; n++) if (n !== 100) answered(String(n));
    for (let n = 1; n < 2000; n++) if (n !== 100) open.cancelled(String(n));
    assert.equal(open.any, true);
    answered('100');
    assert.equal(open.any, false);
  });

  test('that have one id are as many as were sent', () => {
    sent('1');
    open.cancelled('1');
    assert.equal(open.any, true);
    answered('2');
    assert.equal(open.any, true);
    answered('1');
    assert.equal(open.any, true);
    answered('1');
    assert.equal(open.any, false);
  });

  test('that are given up need no answer', () => {
    open.settled('1');
    answered('2');
    assert.equal(open.any, false);
  });

  test('are not answered by an error without an id, nor by a reply that nobody waits for', () => {
    answered('null');
    answered('99');
    answered('1');
    answered('1');
    assert.equal(open.any, true);
    answered('2');
    assert.equal(open.any, false);
  });

  for (const [asSent, asAnswered] of [
    ['1.0e1', '10'],
    ['12345678901234567890', '12345678901234567000'],
    ['"a\\/b\\u00e9"', '"a/bé"'],
    ['-7', '-7'],
    [`"${'x'.repeat(150)}"`, `"${'x'.repeat(150)}"`],
  ] as const) {
    test(`are answered whichever way the id is spelt: ${asSent.slice(0, 20)}`, () => {
      open = new OpenRequests();
      sent(asSent);
      answered(asAnswered);
      assert.equal(open.any, false);
    });
  }
});
