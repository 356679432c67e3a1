import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { NamedRequests } from '../../src/multiplex/named-requests.js';
import { OwnedRequests, type RequestOwner } from '../../src/multiplex/request-owner.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { createIdStore } from '../../workers/id-store.js';

function owner(): RequestOwner {
  return { server: {}, requests: new OwnedRequests() };
}

/** A request in flight with this original id. */
function request(table: RequestTable, of: RequestOwner, original: string): number {
  const id = table.give();
  table.storeOriginalId(id, Buffer.from(original));
  table.sent(id, of);
  return id;
}

describe('a cancelled request', () => {
  const found = (ids: readonly string[], cancelled: string): number => {
    const table = new RequestTable(createIdStore());
    const mine = owner();
    for (const id of ids) request(table, mine, id);
    request(table, owner(), cancelled);
    return new NamedRequests(table, mine).cancelled(Buffer.from(cancelled));
  };

  test('is the newest with that id', () => {
    assert.equal(found(['1', '2', '1', '2'], '1'), 3);
  });

  test('may be spelled differently', () => {
    assert.equal(found(['1.0'], '1'), 1);
    assert.equal(found(['"\\u0031"'], '"1"'), 1);
    assert.equal(found(['10e-1', '1'], '1.0'), 2);
    assert.equal(found(['1', '10e-1'], '1.0'), 2);
    assert.equal(found(['-0'], '0'), 1);
    assert.equal(found(['"ä"'], '"\\u00e4"'), 1);
  });

  test('is none of another client, of another kind, or beyond what numbers can tell apart', () => {
    assert.equal(found(['"1"', '11', '-1'], '1'), 0);
    assert.equal(found(['9007199254740993'], '9007199254740992'), 0);
    assert.equal(found(['9007199254740993.0'], '9007199254740992'), 0);
    assert.equal(found(['1e400'], '2e400'), 0);
  });

  test('is found in any order of events', () => {
    const action = fc.record({
      kind: fc.constantFrom('send', 'cancel', 'free', 'adopt'),
      name: fc.constantFrom('1', '2', '"1"', '3.0'),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 300, size: 'max' }), (actions) => {
        const table = new RequestTable(createIdStore(), () => 0, 0x7fffffff - 40);
        const [mine, other] = [owner(), owner()];
        const named = new NamedRequests(table, mine);
        const open: { id: number; name: string; cancelled: boolean }[] = [];
        for (const { kind, name, which } of actions) {
          const one = open[which % Math.max(1, open.length)];
          if (kind === 'send')
            open.push({ id: request(table, mine, name), name, cancelled: false });
          else if (kind === 'cancel') {
            const wanted = open.findLast((it) => it.name === name && !it.cancelled);
            const found = named.cancelled(Buffer.from(name));
            assert.equal(found, wanted?.id ?? 0);
            if (wanted === undefined) continue;
            wanted.cancelled = true;
            table.cancel(found, false);
          } else if (one !== undefined) {
            open.splice(open.indexOf(one), 1);
            if (kind === 'free') table.free(one.id);
            else table.adopt(one.id, other);
          }
        }
      }),
    );
  });

  test('is not searched for among all others with each cancel', () => {
    const table = new RequestTable(createIdStore());
    const mine = owner();
    const named = new NamedRequests(table, mine);
    const looks = new Map<number, number>();
    const originalId = table.originalId.bind(table);
    table.originalId = (id) => {
      looks.set(id, (looks.get(id) ?? 0) + 1);
      return originalId(id);
    };
    const cancel = (name: number): number => {
      const id = named.cancelled(Buffer.from(String(name)));
      if (id !== 0) table.cancel(id, false);
      return id;
    };
    for (let name = 0; name < 1000; name++) request(table, mine, String(name));
    for (let name = 0; name < 1000; name++) assert.equal(cancel(name), name + 1);
    for (let name = 0; name < 1000; name++) assert.equal(cancel(name), 0, 'a second time');
    for (let name = 1000; name < 2000; name++) assert.equal(cancel(name), 0, 'not in flight');
    assert.deepEqual(new Set(looks.values()), new Set([1]));
    // Those that come and go while others stay are forgotten.
    for (let name = 2000; name < 12_000; name++) {
      const id = request(table, mine, String(name));
      assert.equal(cancel(name), id);
      table.free(id);
    }
    const most = Math.max(...looks.values());
    assert.ok(most < 20, `one of them ${most} times`);
  });
});
