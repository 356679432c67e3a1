import { describe, test } from 'node:test';
import fc from 'fast-check';
import { MultiplexModel, type Step } from '../support/multiplex-model.js';

/** Longer than a restart, an idle server's timeout and the grace of a cancelled request. */
const TICK_MS = 10_000;
const which = fc.nat(1000);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Step>({ do: 'connect' }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('request' as const),
      client: which,
      id: which,
      token: which,
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('batch' as const),
      client: which,
      ids: fc.array(which, { minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constantFrom('reply' as const, 'progress' as const),
      which,
      isError: fc.boolean(),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('cancel' as const),
      client: which,
      id: which,
      token: which,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('forge' as const, 'garbage' as const, 'cancelForeign' as const),
      which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const), which }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('foresee' as const), which: fc.nat(8) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('ask' as const),
      answers: fc.array(which, { maxLength: 4 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'crash' }) },
  { weight: 3, arbitrary: fc.constantFrom<Step>({ do: 'settle' }, { do: 'tick' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'timeout' }) },
);

describe('between clients, a server and any order of events', () => {
  for (const handshakeMethods of [['initialize'], []]) {
    const with_ = handshakeMethods.length > 0 ? 'with a handshake' : 'without a handshake';
    test(`each request has one answer, its sender gets it, and nothing is left (${with_})`, async (t) => {
      t.mock.timers.enable({ apis: ['setTimeout', 'setInterval'] });
      let nowMs = 0;
      t.mock.method(performance, 'now', () => nowMs);
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 120, size: 'max' }), async (steps) => {
          const tick = (): void => {
            nowMs += TICK_MS;
            t.mock.timers.tick(TICK_MS);
          };
          const model = new MultiplexModel(tick, { handshakeMethods, idleTimeoutMs: TICK_MS / 2 });
          for (let n = 0; n < 3; n++) await model.run({ do: 'connect' });
          for (const one of steps) await model.run(one);
          await model.finish();
        }),
        {
          numRuns: 250,
          interruptAfterTimeLimit: 20_000,
          markInterruptAsFailure: true,
          includeErrorInReport: true,
        },
      );
    });
  }
});
