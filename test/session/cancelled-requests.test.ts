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
  const cancelled = new CancelledRequests<string>({
    isOpen: () => true,
    graceOver: (request) => {
      told.push(request);
      if (told.length === 1) cancelled.add('again');
    },
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

test('those that are answered meanwhile do not pile up', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let nowMs = 0;
  t.mock.method(performance, 'now', () => nowMs);
  const open = new Set<number>();
  const forgone: number[] = [];
  const cancelled = new CancelledRequests<number>({
    isOpen: (request) => open.has(request),
    graceOver: (request) => {
      if (open.has(request)) forgone.push(request);
    },
  });
  for (let request = 0; request < 100_000; request++) {
    if (request < 500) open.add(request);
    cancelled.add(request);
    assert.ok(cancelled.size <= 1000, String(cancelled.size));
  }
  nowMs += 5_000;
  t.mock.timers.tick(5_000);
  assert.deepEqual(forgone, [...open]);
});
