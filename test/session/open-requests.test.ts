import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { Batch } from '../../src/lane/batch.js';
import { OpenRequests } from '../../src/session/open-requests.js';
import { ID_END, ID_START } from '../../workers/batch-layout.js';

const OWNER = { pump: () => undefined, received: () => undefined };

/** A batch of one reply with this id. */
function reply(id: string): Batch {
  const text = `{"id":${id},"result":0}`;
  const batch = new Batch(256, 1);
  batch.append(OWNER, 0, 0, Buffer.from(text));
  batch.setWord(0, ID_START, text.indexOf(id));
  batch.setWord(0, ID_END, text.indexOf(id) + id.length);
  return batch;
}

describe('requests that wait for their answers', () => {
  let open = new OpenRequests();
  const answered = (id: string): void => open.answered(reply(id), 0);
  beforeEach(() => {
    open = new OpenRequests();
    open.sent();
    open.sent();
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
    open.sent();
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
    open.sent();
    assert.equal(open.any, true);
    answered('3');
    assert.equal(open.any, false);
  });

  test('that are given up need no answer', () => {
    open.settled();
    answered('2');
    assert.equal(open.any, false);
  });
});
