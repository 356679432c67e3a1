import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RestartBackoff } from '../../src/multiplex/restart-backoff.js';

describe('the restarts of a server', () => {
  test('come after 0.1 s, twice as long each time, 10 s at most, as often as allowed', () => {
    const backoff = new RestartBackoff(10, () => 0);
    const delays = Array.from({ length: 11 }, () => backoff.nextDelayMs());
    assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, null]);
    backoff.reset();
    assert.equal(backoff.nextDelayMs(), 100);
    assert.equal(new RestartBackoff(0, () => 0).nextDelayMs(), null);
  });

  test('count from the beginning after 30 s of life', () => {
    let now = 0;
    const backoff = new RestartBackoff(10, () => now);
    for (let n = 0; n < 5; n++) backoff.nextDelayMs();
    backoff.started();
    now = 29_999;
    assert.equal(backoff.nextDelayMs(), 3200);
    backoff.started();
    now += 30_000;
    assert.equal(backoff.nextDelayMs(), 100);
  });
});
