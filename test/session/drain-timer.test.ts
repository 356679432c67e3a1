import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DrainTimer } from '../../src/session/drain-timer.js';

test('a drain timer waits as long as something moves within its time', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  let position = 0;
  let stalled = 0;
  const timer = new DrainTimer(
    1000,
    () => String(position),
    () => stalled++,
  );
  timer.start();
  timer.start();
  for (let n = 0; n < 5; n++) {
    t.mock.timers.tick(999);
    position++;
    t.mock.timers.tick(1);
    assert.equal(stalled, 0);
  }
  t.mock.timers.tick(1000);
  assert.equal(stalled, 1);
  assert.match(timer.reason, /within 1 s after the end of the input/);
});

test('a drain timer that was stopped says nothing', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const timer = new DrainTimer(
    1000,
    () => '',
    () => assert.fail(),
  );
  timer.start();
  timer.stop();
  t.mock.timers.tick(5000);
});
