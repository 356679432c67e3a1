import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idleTimeoutSeconds, MAX_PING_INTERVAL_SECONDS } from '../../src/frontend/idle-timeout.js';

/** When uWebSockets.js pings, as its calculateIdleTimeoutCompnents() has it. */
function pingsAfterSeconds(idleTimeout: number): number {
  let margin = 4;
  while (idleTimeout - margin * 2 >= margin * 2 && margin < 16) margin *= 2;
  return idleTimeout - margin;
}

test('the idle timeout of uWebSockets.js makes it ping after the interval, whatever that is', () => {
  for (let seconds = 4; seconds <= MAX_PING_INTERVAL_SECONDS; seconds++) {
    const idleTimeout = idleTimeoutSeconds(seconds);
    assert.ok(idleTimeout <= 960);
    assert.equal(pingsAfterSeconds(idleTimeout), seconds);
  }
});

test('an interval below what it can do is the shortest that it can', () => {
  for (const seconds of [1, 2, 3]) assert.equal(pingsAfterSeconds(idleTimeoutSeconds(seconds)), 4);
});
