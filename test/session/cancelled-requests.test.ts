import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancelledRequests } from '../../src/session/cancelled-requests.js';

test('a cancelled request is told of when its grace is over, unless all has ended', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const pass = (ms: number): void => {
    nowMs += ms;
    t.mock.timers.tick(ms);
  };
  const told: string[] = [];
  const cancelled = new CancelledRequests<string>((request) => {
    told.push(request);
    if (told.length === 1) cancelled.add('again');
  });
  cancelled.add('first');
  pass(1000);
  cancelled.add('second');
  pass(3999);
  assert.deepEqual(told, []);
  pass(1);
  assert.deepEqual(told, ['first']);
  pass(1000);
  assert.deepEqual(told, ['first', 'second']);
  pass(4000);
  assert.deepEqual(told, ['first', 'second', 'again']);
  cancelled.add('ended');
  cancelled.end();
  pass(10_000);
  assert.equal(told.length, 3);
});
