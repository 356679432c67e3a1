import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { RequestWatch, WatchedRequest } from '../../src/session/request-watch.js';

/** Spellings of few ids, so that many requests have the same one. */
const SPELLINGS = [1, '1.0', '1e0', 2, '-1', '-1.0', '"1"', '"\\u0031"', '1.5'] as const;
const MEANINGS = ['1', '1', '1', '2', '-1', '-1', '"1"', '"1"', '1.5'] as const;

type Step =
  | { readonly do: 'add'; readonly spelling: number }
  | { readonly do: 'settle'; readonly spelling: number }
  | { readonly do: 'cancel'; readonly spelling: number }
  | { readonly do: 'giveUp'; readonly nth: number }
  | { readonly do: 'expire'; readonly aged: number };

const spelling = fc.nat(SPELLINGS.length - 1);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('add' as const), spelling }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const), spelling }) },
  fc.record({ do: fc.constant('cancel' as const), spelling }),
  fc.record({ do: fc.constant('giveUp' as const), nth: fc.nat(5) }),
  fc.record({ do: fc.constant('expire' as const), aged: fc.nat(3) }),
);

/** The same by plain lists: what the watch must do. */
class Model {
  readonly waiting: { readonly meaning: string; readonly request: WatchedRequest }[] = [];
  readonly #late: string[] = [];

  settle(meaning: string): WatchedRequest | 'late' | null {
    const at = this.waiting.findIndex((one) => one.meaning === meaning);
    if (at >= 0) return this.waiting.splice(at, 1)[0]!.request;
    const late = this.#late.indexOf(meaning);
    if (late < 0) return null;
    this.#late.splice(late, 1);
    return 'late';
  }

  newestUncancelled(meaning: string): WatchedRequest | null {
    const found = this.waiting.findLast((one) => one.meaning === meaning && !one.request.cancelled);
    return found?.request ?? null;
  }

  giveUp(at: number): WatchedRequest | null {
    const given = this.waiting.splice(at, 1)[0];
    if (given === undefined) return null;
    this.#late.push(given.meaning);
    return given.request;
  }

  get active(): boolean {
    return this.waiting.length > 0 || this.#late.length > 0;
  }
}

describe('watched requests', () => {
  test('are settled, cancelled, given up and expired as a plain list of them would be', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const watch = new RequestWatch();
        const model = new Model();
        for (const [now, one] of steps.entries()) {
          if (one.do === 'add') {
            const request = new WatchedRequest(SPELLINGS[one.spelling]!, null, now);
            watch.add(request);
            model.waiting.push({ meaning: MEANINGS[one.spelling]!, request });
          } else if (one.do === 'settle') {
            const expected = model.settle(MEANINGS[one.spelling]!);
            assert.equal(watch.settle(SPELLINGS[one.spelling]!), expected);
          } else if (one.do === 'cancel') {
            const expected = model.newestUncancelled(MEANINGS[one.spelling]!);
            assert.equal(watch.cancel(SPELLINGS[one.spelling]!), expected);
          } else if (one.do === 'giveUp') {
            const request = model.giveUp(one.nth);
            if (request !== null) assert.equal(watch.giveUp(request), true);
            if (request !== null) assert.equal(watch.giveUp(request), false);
          } else {
            const sentByMs = now - one.aged;
            const expected: WatchedRequest[] = [];
            while ((model.waiting[0]?.request.sentAtMs ?? Infinity) <= sentByMs) {
              expected.push(model.giveUp(0)!);
            }
            assert.deepEqual(watch.expire(sentByMs), expected);
          }
          assert.equal(watch.size, model.waiting.length);
          assert.equal(watch.active, model.active);
          assert.equal(watch.oldestMs, model.waiting[0]?.request.sentAtMs ?? null);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('that are not exact as numbers equal their own spelling alone', () => {
    const watch = new RequestWatch();
    const first = new WatchedRequest('9007199254740993', null, 0);
    const second = new WatchedRequest('9007199254740992', null, 0);
    watch.add(first);
    watch.add(second);
    assert.equal(watch.settle('9007199254740992'), second);
    assert.equal(watch.settle('9007199254740993'), first);
    assert.equal(watch.settle('9007199254740993'), null);
  });
});
