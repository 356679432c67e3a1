import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { InlineBound, inlineBounds } from '../../src/lane/offload.js';
import { ASK_WORKERS_AGAIN_MS } from '../../src/limits.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

const LEAST = 1_000;
const NOW = 5_000;
/** A worker that begins late, and one that begins at once: 10,000 bytes take 100 us. */
const LATE = { bytes: 10_000, waitedUs: 400, workedUs: 100 };
const AT_ONCE = { bytes: 10_000, waitedUs: 5, workedUs: 100 };

function bound(samples: readonly (typeof LATE)[], adaptive = true): InlineBound {
  const inline = new InlineBound({ inlineBytes: LEAST, adaptive });
  for (const sample of samples) inline.sample(sample, NOW);
  return inline;
}

describe('the bound between the main thread and the workers', () => {
  test('is the least one at first, and for one worker that is late', () => {
    for (const inline of [bound([]), bound([LATE, LATE]), bound([LATE, AT_ONCE, LATE, AT_ONCE])]) {
      assert.equal(inline.admits(LEAST, NOW), true);
      assert.equal(inline.admits(LEAST + 1, NOW), false);
    }
  });

  test('is what the main thread does while it would wait for a worker', () => {
    const inline = bound([LATE, LATE, LATE]);
    assert.equal(inline.admits(40_000, NOW), true);
    assert.equal(inline.admits(40_001, NOW), false);
  });

  test('goes back when workers begin at once', () => {
    const inline = bound([LATE, LATE, LATE, LATE, LATE, AT_ONCE, AT_ONCE]);
    assert.equal(inline.admits(40_000, NOW), true);
    inline.sample(AT_ONCE, NOW);
    assert.equal(inline.admits(LEAST + 1, NOW), false);
    assert.equal(inline.admits(LEAST, NOW), true);
  });

  test('hands a batch over now and then, to see, until it knows', () => {
    const inline = bound([LATE, LATE, LATE]);
    assert.equal(inline.admits(40_000, NOW + ASK_WORKERS_AGAIN_MS - 1), true);
    const later = NOW + ASK_WORKERS_AGAIN_MS;
    assert.equal(inline.admits(40_000, later), false);
    assert.equal(inline.admits(40_000, later + 1), false);
    assert.equal(inline.admits(LEAST, later), true);
    inline.sample(LATE, later + 2);
    assert.equal(inline.admits(40_000, later + 2), true);
  });

  test('learns nothing from a batch that no worker has timed', () => {
    const inline = bound([LATE, LATE, { ...LATE, workedUs: 0 }]);
    assert.equal(inline.admits(LEAST + 1, NOW), false);
  });

  test('stays where it is unless the offload is adaptive', () => {
    const kernel = new PortableKernel(createIdStore());
    for (const [offload, here] of [
      ['always', false],
      ['never', true],
    ] as const) {
      const inline = new InlineBound(inlineBounds(offload, kernel));
      for (let i = 0; i < 5; i++) inline.sample(offload === 'always' ? LATE : AT_ONCE, NOW);
      assert.equal(inline.admits(1, NOW), here);
      assert.equal(inline.admits(1_000_000, NOW), here);
    }
    assert.equal(new InlineBound(inlineBounds('adaptive', kernel)).admits(8 * 1024, NOW), true);
    assert.equal(bound([LATE, LATE, LATE], false).admits(LEAST + 1, NOW), false);
  });
});
