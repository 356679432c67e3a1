import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { FEW_REQUESTS, RESERVED_IDS, STUCK_AFTER_MS } from '../../src/limits.js';
import { OwnedRequests, type RequestOwner } from '../../src/multiplex/request-owner.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { createIdStore, ID_SLOTS } from '../../workers/id-store.js';

const server = {};

function owner(): RequestOwner {
  return { server, requests: new OwnedRequests() };
}

/** A request in flight with this original id. */
function request(table: RequestTable, of: RequestOwner, original: string): number {
  const id = table.give();
  table.storeOriginalId(id, Buffer.from(original));
  table.sent(id, of);
  return id;
}

describe('the request table', () => {
  test('lets a reply through for what was sent, to the server that was asked, until it is freed', () => {
    const table = new RequestTable(createIdStore());
    const mine = owner();
    const id = table.give();
    assert.equal(table.ownerOf(id, server), null, 'given, but not sent');
    table.sent(id, mine);
    assert.equal(table.ownerOf(id, server), mine);
    assert.equal(table.ownerOf(id, {}), null, 'of another server');
    assert.equal(table.ownerOf(id + ID_SLOTS, server), null, 'of the same slot');
    assert.equal(table.ownerOf(0, server), null);
    table.free(id);
    assert.equal(table.ownerOf(id, server), null, 'a second time');
    assert.equal(table.count, 0);
  });

  test('lets no reply through for one that waits, which is in flight all the same', () => {
    const table = new RequestTable(createIdStore());
    const mine = owner();
    const id = table.give();
    table.waits(id, mine);
    assert.deepEqual(
      [table.ownerOf(id, server), table.isSent(id), mine.requests.inFlight],
      [null, false, 1],
    );
    assert.deepEqual(table.idsOf(mine), [id]);
    table.sent(id, mine);
    assert.deepEqual(
      [table.ownerOf(id, server), table.isSent(id), mine.requests.inFlight],
      [mine, true, 1],
    );
  });

  test('counts the bytes of ids and tokens that it keeps, whoever the owner is', () => {
    const table = new RequestTable(createIdStore());
    const [mine, another] = [owner(), owner()];
    const bytes = (): number[] => [mine.requests.keptIdBytes, another.requests.keptIdBytes];
    const short = request(table, mine, '1');
    const long = request(table, mine, 'x'.repeat(30));
    assert.deepEqual(bytes(), [30, 0]);
    table.addExtra(short, { tokenA: Buffer.from('12'), tokenB: Buffer.from('345') });
    assert.deepEqual(bytes(), [35, 0]);
    table.adopt(short, another);
    assert.deepEqual(bytes(), [30, 5]);
    table.free(short);
    table.free(long);
    assert.deepEqual(bytes(), [0, 0]);
  });

  test('counts what an owner has cancelled until it is freed', () => {
    const table = new RequestTable(createIdStore());
    const mine = owner();
    const [id, other] = [request(table, mine, '1'), request(table, mine, '2')];
    const counts = (): number[] => [
      mine.requests.inFlight,
      mine.requests.cancelled,
      mine.requests.unneeded,
    ];
    table.cancel(id, true);
    assert.deepEqual(counts(), [2, 1, 1]);
    table.cancel(other, false);
    assert.deepEqual(counts(), [2, 2, 1]);
    table.free(other);
    assert.deepEqual(counts(), [1, 1, 1]);
    table.free(id);
    assert.deepEqual(counts(), [0, 0, 0]);
  });

  test('gives ids that go round, and passes over those in flight', () => {
    const last = 0x7fffffff;
    const table = new RequestTable(createIdStore(), () => 0, last - 1);
    assert.deepEqual(
      [table.give(), table.give(), table.give(), table.give()],
      [last - 1, last, 1, 2],
    );
    const crowded = new RequestTable(createIdStore());
    const first = crowded.give();
    for (let n = 1; n < ID_SLOTS; n++) crowded.free(crowded.give());
    assert.equal(crowded.give(), first + ID_SLOTS + 1, 'the slot of the first one is passed over');
  });

  test('a full table gives 0, and wakes who found it full', async () => {
    const table = new RequestTable(createIdStore());
    const ids = Array.from({ length: ID_SLOTS }, () => table.give());
    assert.equal(new Set(ids).size, ID_SLOTS);
    assert.equal(table.give(), 0);
    const woken = new Promise<void>((resolve) => table.whenFree(resolve));
    table.free(ids[77]!);
    await woken;
    assert.equal(table.give() & (ID_SLOTS - 1), ids[77]! & (ID_SLOTS - 1));
    assert.equal(table.give(), 0);
  });

  test('leaves some ids to what is on its way, and where nothing ends, to clients that ask little', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const table = new RequestTable(createIdStore());
    const [greedy, modest] = [owner(), owner()];
    for (let n = 0; n < ID_SLOTS - RESERVED_IDS; n++) request(table, greedy, '1');
    const starve = (wake: () => void): void => {
      assert.equal(table.give(), 0);
      table.whenFree(wake);
    };
    starve(() => undefined);
    const [last] = table.idsOf(greedy);
    table.free(last!);
    request(table, greedy, '1');
    starve(() => undefined);
    t.mock.timers.tick(STUCK_AFTER_MS);
    assert.equal(table.isStuck, false, 'one has ended meanwhile');
    t.mock.timers.tick(STUCK_AFTER_MS);
    assert.equal(table.isStuck, true);
    assert.deepEqual([table.isOneTooMany(greedy), table.isOneTooMany(modest)], [true, false]);
    for (let n = 0; n < FEW_REQUESTS; n++) request(table, modest, '1');
    assert.equal(table.isOneTooMany(modest), true);
    for (const id of table.idsOf(modest)) table.free(id);
    assert.equal(table.isStuck, true);
    // What is on its way may have all that is left; who waits for that is woken as soon as one is
    // back.
    const onTheirWay = Array.from({ length: ID_SLOTS - table.count }, () => table.give());
    const woken = new Promise<void>((resolve) => {
      starve(resolve);
    });
    table.free(onTheirWay[0]!);
    await woken;
    for (const id of onTheirWay.slice(1)) table.free(id);
    table.free(table.idsOf(greedy)[0]!);
    assert.equal(table.isStuck, false);
    assert.equal(table.isOneTooMany(greedy), false);
  });

  test('keeps ids of any length, and tokens and the like, as long as the request is in flight', () => {
    const table = new RequestTable(createIdStore());
    const mine = owner();
    for (const original of ['1.0', '"\\u0031"', `"${'x'.repeat(300)}"`]) {
      const id = request(table, mine, original);
      table.addExtra(id, { tokenA: Buffer.from('7') });
      assert.equal(Buffer.from(table.originalId(id)).toString(), original);
      assert.equal(Buffer.from(table.extraOf(id)!.tokenA!).toString(), '7');
      table.free(id);
      assert.equal(table.extraOf(id), null);
    }
  });

  test('tells what is overdue, oldest first, whatever was answered, adopted or had to wait', () => {
    let now = 0;
    const table = new RequestTable(createIdStore(), () => now);
    const [mine, other] = [owner(), owner()];
    const waiting = table.give();
    const early = request(table, mine, '1');
    now = 10;
    table.waits(waiting, mine);
    const answered = request(table, mine, '2');
    now = 20;
    const late = request(table, other, '3');
    table.free(answered);
    table.sent(waiting, mine);
    table.adopt(early, other);
    // Milliseconds beyond 32 bits: a gateway may run for months.
    for (const offset of [0, 2 ** 33]) {
      const at = (ms: number): number[] => {
        now = ms + offset;
        return table.overdue(100 + offset).map(({ id }) => id);
      };
      assert.deepEqual(at(99), []);
      assert.deepEqual(at(100), [early]);
      assert.deepEqual(at(115), [early, waiting]);
      assert.deepEqual(at(120), [early, waiting, late]);
    }
    assert.deepEqual([mine.requests.inFlight, other.requests.inFlight], [1, 2]);
  });

  test('links hold in any order of events', () => {
    const action = fc.record({
      kind: fc.constantFrom('send', 'wait', 'free', 'adopt'),
      owner: fc.nat(2),
      which: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 200, size: 'max' }), (actions) => {
        const table = new RequestTable(createIdStore(), () => 0, 0x7fffffff - 40);
        const owners = [owner(), owner(), owner()];
        const expected: number[][] = [[], [], []];
        const order: number[] = [];
        for (const { kind, owner: of, which } of actions) {
          const mine = expected[of]!;
          const id = mine[which % Math.max(1, mine.length)];
          if (kind === 'send' || kind === 'wait') {
            const given = table.give();
            if (kind === 'wait') table.waits(given, owners[of]!);
            if (kind === 'send' || which % 2 === 0) table.sent(given, owners[of]!);
            mine.unshift(given);
            order.push(given);
          } else if (id !== undefined) {
            mine.splice(mine.indexOf(id), 1);
            if (kind === 'free') {
              table.free(id);
              order.splice(order.indexOf(id), 1);
            } else {
              const next = which % owners.length;
              table.adopt(id, owners[next]!);
              expected[next]!.unshift(id);
            }
          }
        }
        assert.deepEqual(
          owners.map((of) => table.idsOf(of)),
          expected,
        );
        assert.deepEqual(
          owners.map(({ requests }) => requests.inFlight),
          expected.map((ids) => ids.length),
        );
        assert.deepEqual(
          table.overdue(0).map(({ id }) => id),
          order,
        );
        assert.equal(table.count, order.length);
      }),
    );
  });
});
