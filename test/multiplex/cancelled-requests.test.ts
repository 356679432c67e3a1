import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CancelledRequests } from '../../src/multiplex/cancelled-requests.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { createIdStore } from '../../workers/id-store.js';

test('the id of a cancelled request that is never answered is free after a grace', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const table = new RequestTable(createIdStore());
  const owner = { server: {}, newestSlot: -1, inFlight: 0 };
  const cancelled = new CancelledRequests(table, owner.server);
  const [first, answered, kept] = [table.give(), table.give(), table.give()];
  for (const id of [first, answered, kept]) table.sent(id, owner);
  cancelled.add(first, owner);
  t.mock.timers.tick(1000);
  cancelled.add(answered, owner);
  table.free(answered);
  t.mock.timers.tick(4000);
  assert.deepEqual(table.idsOf(owner), [kept]);
  t.mock.timers.tick(1000);
  assert.deepEqual([table.idsOf(owner), table.count], [[kept], 1]);
  cancelled.end();
});
