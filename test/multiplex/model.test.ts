import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { WorldOfClients } from '../support/world-of-clients.js';

// Random interleavings of what clients, the server and its process may do, through the real
// router, lanes and kernel; only the two outsides are played.
const client = fc.nat(3);
const step = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('request' as const), client, id: fc.nat(3) }),
  },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('reply' as const), nth: fc.nat(20) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('cancel' as const), client, id: fc.nat(3) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('forge' as const), id: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), nth: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), client }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('settle' as const) }) },
);

test('each request gets exactly one answer, to its sender, with its id; nothing is left at the end', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const world = new WorldOfClients(4);
      for (const next of steps) await world.take(next);
      await world.end();
      assert.deepEqual(world.problems, []);
      assert.deepEqual(world.leftovers(), { requests: 0, serverRequests: 0, sessions: 0 });
    }),
    { numRuns: 150 },
  );
});
