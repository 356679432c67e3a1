import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { createIdStore, ID_SLOTS } from '../../workers/id-store.js';

const ownerAt = (server: object) => ({ server, newestSlot: -1, inFlight: 0 });

test('a reply is let through once, to its owner, from its own server only', () => {
  const table = new RequestTable(createIdStore());
  const [server, other] = [{}, {}];
  const owner = ownerAt(server);
  const id = table.give();
  assert.equal(table.ownerOf(id, server), null, 'before it was sent');
  table.sent(id, owner);
  assert.equal(table.ownerOf(id, other), null);
  assert.equal(table.ownerOf(id + ID_SLOTS, server), null);
  assert.equal(table.ownerOf(0, server), null);
  assert.equal(table.ownerOf(id, server), owner);
  table.free(id);
  assert.equal(table.ownerOf(id, server), null);
});

test('a full table gives no id until one is free, and never one that is in use', () => {
  const table = new RequestTable(createIdStore());
  const ids = new Set<number>();
  for (let n = 0; n < ID_SLOTS; n++) ids.add(table.give());
  assert.equal(ids.size, ID_SLOTS);
  assert.equal(table.give(), 0);
  table.free(7);
  const again = table.give();
  assert.ok(again > 0 && !ids.has(again));
  assert.equal(table.give(), 0);
});

test('requests of an owner are listed newest first, whatever was freed between', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(2), fc.boolean(), fc.nat(10)), { maxLength: 60 }),
      (steps) => {
        const table = new RequestTable(createIdStore());
        const owners = [0, 1, 2].map(() => ownerAt({}));
        const model: number[][] = [[], [], []];
        for (const [k, give, nth] of steps) {
          const mine = model[k]!;
          if (give || mine.length === 0) {
            const id = table.give();
            table.sent(id, owners[k]!);
            mine.unshift(id);
          } else {
            table.free(mine.splice(nth % mine.length, 1)[0]!);
          }
        }
        for (const [k, owner] of owners.entries()) {
          assert.deepEqual(table.idsOf(owner), model[k]);
          assert.equal(owner.inFlight, model[k]!.length);
        }
        assert.equal(table.count, model.flat().length);
      },
    ),
  );
});

test('requests that wait too long are found, oldest first', (t) => {
  t.mock.timers.enable({ apis: ['Date'] });
  const table = new RequestTable(createIdStore());
  const owner = ownerAt({});
  const ids: number[] = [];
  for (let n = 0; n < 4; n++) {
    const id = table.give();
    table.sent(id, owner);
    ids.push(id);
    t.mock.timers.tick(100);
  }
  assert.deepEqual(table.overdue(1000), []);
  assert.deepEqual(
    table.overdue(300).map(({ id }) => id),
    ids.slice(0, 2),
  );
  table.free(ids[0]!);
  assert.deepEqual(
    table.overdue(200).map(({ id }) => id),
    ids.slice(1, 3),
  );
});

test('original ids come back in their bytes, long ones too', () => {
  const table = new RequestTable(createIdStore());
  for (const text of ['1', '"\\u0031"', `"${'x'.repeat(25)}"`, `"${'x'.repeat(26)}"`, '"é"']) {
    const id = table.give();
    table.storeOriginalId(id, Buffer.from(text));
    assert.equal(Buffer.from(table.originalId(id)).toString(), text);
  }
});
