import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { Batch } from '../../src/lane/batch.js';
import { Lane, type LaneOptions } from '../../src/lane/lane.js';
import { WorkerPool } from '../../src/lane/worker-pool.js';
import {
  ARENA_BYTES,
  BIG_FRAME_BYTES,
  MAX_ALONE_BYTES,
  MAX_LANE_ARENAS,
  MAX_PINNED_BATCHES,
  RING_CAPACITY,
} from '../../src/limits.js';
import { silentLogger } from '../../src/log.js';
import {
  ACTION_ECHO,
  ACTION_PASS,
  ACTION_SCAN,
  BEGAN_US,
  FRAMING_NONE,
  ON_BAD_REASON,
  ON_BAD_REPLY,
  op,
  WORKED_US,
} from '../../workers/batch-layout.js';
import { clockUs, usSince } from '../../workers/clock.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';
import { RecordedFlow } from '../support/recorded-flow.js';

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);
const log = silentLogger();
const ids = createIdStore();
const kernel = new PortableKernel(ids);
let pool: WorkerPool;
before(async () => {
  pool = await WorkerPool.start({ threads: 2, kernel: 'portable', ids, log });
});
after(() => pool.close());

function newLane(options: Partial<LaneOptions> = {}): Lane {
  const { inlineBytes = -1 } = options;
  return new Lane({
    ...{ runner: pool, kernel, inlineBytes, log },
    ...options,
  });
}

function message(id: number, bytes: number): string {
  return JSON.stringify({ id, method: 'm', params: 'x'.repeat(bytes) });
}

/** A runner that lets the test say when a batch is done, and fails those it is told to. */
class HeldRunner {
  readonly batches: Batch[] = [];
  #next: ((batch: Batch) => void) | null = null;
  readonly #releases: (() => void)[] = [];

  run(batch: Batch): Promise<void> {
    this.batches.push(batch);
    this.#next?.(batch);
    return new Promise((resolve) => {
      this.#releases.push(() => {
        kernel.processBatch(batch.control, batch.bytes);
        resolve();
      });
    });
  }

  runBig(batch: Batch): Promise<void> {
    return this.run(batch);
  }

  /** The next batch that is given to it. */
  next(): Promise<Batch> {
    return new Promise((resolve) => {
      this.#next = resolve;
    });
  }

  /** The oldest that is not done is done now. */
  release(): void {
    this.#releases.shift()?.();
  }
}

const BOUNDS: readonly [string, Partial<LaneOptions>][] = [
  ['always on a worker', { inlineBytes: -1 }],
  ['small batches here', { inlineBytes: 2048 }],
  ['small batches here, others where it is sooner', { inlineBytes: 2048, adaptive: true }],
  ['always here', { inlineBytes: Number.POSITIVE_INFINITY }],
];
for (const [name, bounds] of BOUNDS) {
  describe(`a lane, ${name}`, () => {
    test('keeps the order of each flow, whatever the sizes', async () => {
      const size = fc.oneof(
        { weight: 20, arbitrary: fc.nat(300) },
        { weight: 2, arbitrary: fc.integer({ min: 60_000, max: 70_000 }) },
        {
          weight: 1,
          arbitrary: fc.integer({ min: BIG_FRAME_BYTES - 100, max: BIG_FRAME_BYTES + 100 }),
        },
      );
      const sizes = fc.array(fc.array(size, { maxLength: 40 }), { minLength: 1, maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(sizes, async (flows) => {
          const lane = newLane(bounds);
          const sent = flows.map((all) => all.map((bytes, id) => message(id, bytes)));
          const recorded = sent.map((frames) => new RecordedFlow(lane, PASS, frames).start());
          await Promise.all(recorded.map(({ done }) => done));
          for (const [i, { outputs }] of recorded.entries()) assert.deepEqual(outputs, sent[i]);
        }),
        { numRuns: 25 },
      );
    });

    test('keeps the order of a batch that waits full and is small', async () => {
      const lane = newLane(bounds);
      // The second frame has no room in the first arena, nor the other flow's frame in the second.
      const sent = [
        [message(0, ARENA_BYTES - 100), message(1, 100)],
        [message(0, ARENA_BYTES - 100)],
      ];
      const recorded = sent.map((frames) => new RecordedFlow(lane, PASS, frames).start());
      await Promise.all(recorded.map(({ done }) => done));
      for (const [i, { outputs }] of recorded.entries()) assert.deepEqual(outputs, sent[i]);
    });

    test('tells good frames, bad frames and those without an answer apart, in order', async () => {
      const frames = [
        '{"id":1,"method":"m","params":[7]}',
        '{"method":"n"}',
        '{',
        '{"id":2,"method":"m"}',
      ];
      const lane = newLane(bounds);
      const echo = new RecordedFlow(lane, op(ACTION_ECHO, FRAMING_NONE, ON_BAD_REPLY), frames);
      await echo.start().done;
      const [first, second, third, fourth] = echo.outputs;
      assert.equal(first, '{"jsonrpc":"2.0","id":1,"result":[7]}');
      assert.equal(second, 'nothing');
      assert.match(third!, /^bad: .*-32700/);
      assert.equal(fourth, '{"jsonrpc":"2.0","id":2,"result":null}');
    });

    test('has at most 128 of a flow pending, and goes on when they are taken', async () => {
      const frames = Array.from({ length: 1000 }, (_, id) => message(id, 5));
      const slow = new RecordedFlow(newLane(bounds), PASS, frames, { takes: false });
      slow.onDelivered = () => {
        if (slow.untaken < RING_CAPACITY && slow.left > 0) return;
        const count = slow.untaken;
        slow.untaken = 0;
        setImmediate(() => slow.flow.taken(count));
      };
      await slow.start().done;
      assert.deepEqual(slow.outputs, frames);
      assert.equal(slow.mostPending, RING_CAPACITY);
    });
  });
}

describe('a lane', () => {
  test('collects a new batch while one is being processed', async () => {
    const runner = new HeldRunner();
    const lane = newLane({ runner });
    const first = runner.next();
    new RecordedFlow(lane, PASS, [message(1, 1)]).start();
    assert.equal((await first).count, 1);
    const flows = [2, 3, 4].map((id) => new RecordedFlow(lane, PASS, [message(id, 1)]).start());
    const second = runner.next();
    runner.release();
    assert.equal((await second).count, 3);
    runner.release();
    await Promise.all(flows.map(({ done }) => done));
    assert.equal(lane.idle, true);
  });

  test('gives a flow that always has more a turn as long as the others have on average', async () => {
    const runner = new HeldRunner();
    const lane = newLane({ runner });
    const frames = Array.from({ length: 300 }, (_, id) => message(id, 1));
    const first = runner.next();
    const greedy = new RecordedFlow(lane, PASS, frames).start();
    const modest = new RecordedFlow(lane, PASS, frames.slice(0, 10)).start();
    assert.equal((await first).count, RING_CAPACITY + 10);
    const second = runner.next();
    runner.release();
    assert.equal((await second).count, (RING_CAPACITY + 10) / 2);
    await releaseUntil(runner, Promise.all([greedy.done, modest.done]));
    assert.deepEqual(greedy.outputs, frames);
  });

  test('lets a large frame hold up its own flow only', async () => {
    const runner = new HeldRunner();
    const lane = newLane({ runner, inlineBytes: 4096 });
    const big = [message(1, BIG_FRAME_BYTES), message(2, 1)];
    const alone = runner.next();
    const slow = new RecordedFlow(lane, PASS, big).start();
    assert.equal((await alone).count, 1);
    const quick = new RecordedFlow(lane, PASS, [message(3, 1)]).start();
    await quick.done;
    assert.deepEqual(slow.outputs, []);
    runner.release();
    await slow.done;
    assert.deepEqual(slow.outputs, big);
  });

  test('has so many bytes of frames that go alone and no more; the others wait, in their order', async () => {
    const runner = new HeldRunner();
    const lane = newLane({ runner });
    // Input and output: three of them have room.
    const large = message(1, MAX_ALONE_BYTES / 7);
    const small = message(2, BIG_FRAME_BYTES);
    const recorded = [large, large, large, large, small].map((frame) =>
      new RecordedFlow(lane, PASS, [frame]).start(),
    );
    const sizes = (): number[] => runner.batches.map(({ inputBytes }) => inputBytes);
    const threeLarge = [large.length, large.length, large.length];
    assert.deepEqual(sizes(), threeLarge);
    runner.release();
    await recorded[0]!.done;
    assert.deepEqual(sizes().slice(3), [large.length, small.length]);
    await releaseUntil(runner, Promise.all(recorded.map(({ done }) => done)));
    assert.ok(recorded.every(({ outputs }, i) => outputs[0] === (i === 4 ? small : large)));
  });

  test('takes a frame that goes alone and is larger than all of them may be', async () => {
    const frame = message(1, MAX_ALONE_BYTES);
    const lane = newLane({ inlineBytes: Number.POSITIVE_INFINITY });
    const recorded = [frame, frame].map((one) => new RecordedFlow(lane, PASS, [one]).start());
    await Promise.all(recorded.map(({ done }) => done));
    assert.ok(recorded.every(({ outputs }) => outputs[0] === frame));
  });

  test('processes here what workers begin with later than it takes', async (t) => {
    // Or it would hand one over to see how they are.
    t.mock.method(performance, 'now', () => 0);
    const runner = new HeldRunner();
    const lane = newLane({ runner, inlineBytes: 1_000, adaptive: true });
    const batchOf = (bytes: number): Promise<void> =>
      new RecordedFlow(lane, PASS, [message(1, bytes)]).start().done;
    const late = { waitedUs: 2_000, workedUs: 100 };
    for (let i = 0; i < 3; i++) {
      const handedOver = runner.next();
      const done = batchOf(2_000);
      const batch = await handedOver;
      runner.release();
      batch.control[BEGAN_US] = clockUs() + late.waitedUs;
      batch.control[WORKED_US] = late.workedUs;
      await done;
    }
    await batchOf(30_000);
    assert.equal(runner.batches.length, 3);
    const handedOver = runner.next();
    const done = batchOf(60_000);
    await handedOver;
    runner.release();
    await done;
  });

  test('lets full batches wait their turn, and flows wait when it has no arena left', async () => {
    const runner = new HeldRunner();
    const lane = newLane({ runner });
    const perFlow = 20;
    const frame = message(1, 8000);
    const arenasWanted = MAX_LANE_ARENAS + 10;
    const flows = Math.ceil((arenasWanted * ARENA_BYTES) / (frame.length * perFlow));
    const recorded = Array.from({ length: flows }, () =>
      new RecordedFlow(
        lane,
        PASS,
        Array.from({ length: perFlow }, () => frame),
      ).start(),
    );
    const waiting = recorded.filter(({ left }) => left > 0).length;
    assert.ok(waiting > 0 && waiting < flows / 2, String(waiting));
    await releaseUntil(runner, Promise.all(recorded.map(({ done }) => done)));
    for (const { outputs } of recorded) assert.equal(outputs.length, perFlow);
    assert.ok(new Set(runner.batches).size <= MAX_LANE_ARENAS);
    assert.equal(lane.idle, true);
  });

  test('does not fill a batch again while it is pinned, and asks for copies when many are', async () => {
    const runner = new HeldRunner();
    const lane = newLane({ runner });
    const pinned: Batch[] = [];
    const another = new Batch(0, 2);
    for (let i = 0; i < MAX_PINNED_BATCHES; i++) {
      assert.equal(lane.mustCopy(another), false);
      const recorded = new RecordedFlow(lane, PASS, [message(i, 1)]);
      recorded.onDelivered = () => lane.pin(runner.batches.at(-1)!);
      await releaseUntil(runner, recorded.start().done);
      pinned.push(runner.batches.at(-1)!);
    }
    assert.equal(lane.mustCopy(another), true);
    assert.equal(new Set(pinned).size, MAX_PINNED_BATCHES);
    for (const [i, batch] of pinned.entries()) {
      assert.equal(Buffer.from(batch.output(0)).toString(), message(i, 1));
      lane.unpin(batch);
      assert.equal(batch.count, 0);
    }
    assert.equal(lane.mustCopy(another), false);
  });

  test('gives a reason, where one is wanted, for a message that no worker survives', async () => {
    const die = (batch: Batch): Promise<never> => {
      batch.control[BEGAN_US] = 1;
      return Promise.reject(new Error('worker died'));
    };
    const runner = { run: die, runBig: die };
    const frames = [message(1, 1), '{"method":"n"}'];
    const reason = new RecordedFlow(newLane({ runner }), PASS, frames);
    await reason.start().done;
    const sentence = 'bad: The gateway could not process this message.';
    assert.deepEqual(reason.outputs, [sentence, sentence]);

    const PASS_OR_REPLY = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY);
    const reply = new RecordedFlow(newLane({ runner }), PASS_OR_REPLY, frames);
    await reply.start().done;
    assert.match(reply.outputs[0]!, /^bad: .*"id":1,.*worker_failed/);
    assert.equal(reply.outputs[1], 'bad: ');
  });
});

test('a worker says when it began with a batch, and how long it took', async () => {
  const batch = new Batch(ARENA_BYTES, 1);
  const owner = { pump: () => undefined, received: () => undefined };
  batch.append(owner, PASS, 0, Buffer.from(message(1, ARENA_BYTES - 100)));
  batch.seal();
  const handedOver = clockUs();
  await pool.run(batch);
  const back = usSince(handedOver);
  const [waited, worked] = [
    usSince(handedOver, batch.control[BEGAN_US]),
    batch.control[WORKED_US]!,
  ];
  assert.ok(worked > 0 && waited + worked <= back, `${waited} + ${worked} of ${back} us`);
});

describe('a flow that only scans', () => {
  test('keeps good and bad frames pending until they are taken', async () => {
    const frames = Array.from({ length: 300 }, (_, id) => (id % 2 === 0 ? message(id, 1) : '{'));
    const lane = newLane({ inlineBytes: Number.POSITIVE_INFINITY });
    const scan = op(ACTION_SCAN, FRAMING_NONE, ON_BAD_REASON);
    const recorded = new RecordedFlow(lane, scan, frames, { takes: false }).start();
    while (recorded.outputs.length < RING_CAPACITY) await new Promise((r) => setImmediate(r));
    assert.equal(recorded.flow.ring.pending, RING_CAPACITY);
    recorded.flow.taken(RING_CAPACITY);
    while (recorded.outputs.length < 2 * RING_CAPACITY) await new Promise((r) => setImmediate(r));
    recorded.flow.taken(RING_CAPACITY);
    while (recorded.outputs.length < frames.length) await new Promise((r) => setImmediate(r));
    recorded.flow.taken(frames.length - 2 * RING_CAPACITY);
    await recorded.done;
    assert.equal(recorded.outputs[0], '');
    assert.match(recorded.outputs[1]!, /^bad: /);
  });
});

/** Lets every batch through until `promise` settles. */
async function releaseUntil(runner: HeldRunner, promise: Promise<unknown>): Promise<void> {
  const state = { settled: false };
  void promise.then(() => {
    state.settled = true;
  });
  while (!state.settled) {
    runner.release();
    await new Promise((resolve) => setImmediate(resolve));
  }
}
