import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import type { Flow } from '../../src/lane/flow.js';
import { type WaitingMessage, WaitingMessages } from '../../src/multiplex/waiting-messages.js';

const FLOW = null as unknown as Flow;
const [A, B] = [{ name: 'a' }, { name: 'b' }];
type Session = typeof A;

function message(session: Session, id: number): WaitingMessage<Session> {
  return { session, flow: FLOW, message: Buffer.from(String(id)), id };
}

describe('messages that wait for a server', () => {
  const all = [message(A, 1), message(B, 2), message(A, 0), message(A, 3), message(B, 0)];
  let waiting = new WaitingMessages<Session>();
  beforeEach(() => {
    waiting = new WaitingMessages<Session>();
    for (const one of all) waiting.add(one);
  });

  test('are taken in their order, once', () => {
    assert.deepEqual(waiting.takeAll(), all);
    assert.deepEqual([waiting.takeAll(), waiting.size], [[], 0]);
    assert.deepEqual([waiting.take(1), waiting.takeAllOf(A)], [null, []]);
  });

  test('are taken by client, and the others keep their order', () => {
    assert.deepEqual(waiting.takeAllOf(A), [all[0], all[2], all[3]]);
    assert.deepEqual(waiting.takeAllOf(A), []);
    assert.equal(waiting.take(3), null);
    assert.deepEqual(waiting.takeAll(), [all[1], all[4]]);
  });

  test('are taken by id, or by their bytes', () => {
    assert.equal(waiting.take(2), all[1]);
    assert.equal(waiting.take(2), null);
    assert.equal(waiting.take(0), null);
    assert.equal(waiting.takeMessage(all[4]!.message), all[4]);
    assert.equal(waiting.takeMessage(Buffer.from('0')), null);
    assert.deepEqual([waiting.takeAllOf(B), waiting.size], [[], 3]);
  });
});
