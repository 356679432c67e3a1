import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { Framing } from '../../src/framing/splitter.js';
import { SILENT_SERVER_MS } from '../../src/limits.js';
import { silentLogger } from '../../src/log.js';
import { PassThroughSession } from '../../src/session/pass-through-session.js';
import { ChildUpstream } from '../../src/upstream/child-upstream.js';
import { OrphanGuard } from '../../src/upstream/orphan-guard.js';
import { SilenceWarning } from '../../src/upstream/silence-warning.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { capturedLog } from '../support/captured-log.js';
import { laneHere } from '../support/lane-here.js';
import { MemoryClient } from '../support/memory-client.js';
import { MemoryUpstream } from '../support/memory-upstream.js';
import { MultiplexWorld } from '../support/multiplex-world.js';
import { RecordedFlow, sendLines } from '../support/recorded-flow.js';
import { until } from '../support/until.js';

const WARNING =
  'the server has said nothing for 10 s; language servers need --framing content-length, others ndjson';
const REQUEST = '{"id":1,"method":"m"}';
const NOTIFICATION = '{"method":"n"}';

describe('a server that says nothing after its first request', () => {
  const asked = (t: TestContext) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { log, lines } = capturedLog();
    return { lines, silence: new SilenceWarning('ndjson', log) };
  };

  test('is warned about once, however often it is asked', (t) => {
    const { lines, silence } = asked(t);
    t.mock.timers.tick(SILENT_SERVER_MS);
    silence.asked();
    t.mock.timers.tick(SILENT_SERVER_MS - 1);
    silence.asked();
    assert.equal(lines.length, 0);
    t.mock.timers.tick(1);
    silence.asked();
    t.mock.timers.tick(SILENT_SERVER_MS);
    assert.deepEqual(
      lines.map(({ level, framing, msg }) => [level, framing, msg]),
      [[40, 'ndjson', WARNING]],
    );
  });

  test('is not where it has said something, before the request or behind it', (t) => {
    const { lines, silence } = asked(t);
    silence.asked();
    t.mock.timers.tick(SILENT_SERVER_MS - 1);
    silence.end();
    silence.asked();
    t.mock.timers.tick(SILENT_SERVER_MS);
    assert.deepEqual(lines, []);
  });
});

/** A process that is spoken to in this framing, and what is logged about it. */
function started(t: TestContext, program: string, args: readonly string[], framing: Framing) {
  const { log, messages } = capturedLog();
  const guard = new OrphanGuard(silentLogger());
  const limits = { maxPayloadBytes: 1000, pipes: null, wakeups: null };
  const command = { program, args, cwd: '/', env: {}, framing, ...limits };
  const nothing = (): void => undefined;
  const events = { gone: nothing, noise: nothing, oversize: nothing };
  const upstream = new ChildUpstream(command, events, guard, log);
  t.after(async () => {
    t.mock.timers.reset();
    await upstream.stop(1000);
    guard.close();
  });
  const lane = laneHere();
  const pass = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);
  const received = new RecordedFlow(lane, pass, [], { source: upstream.source });
  upstream.start(received.flow);
  return { lane, upstream, received, messages };
}

describe('a process', () => {
  test('that takes a request and says nothing is warned about', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { upstream, messages } = started(t, '/bin/sleep', ['1000'], 'content-length');
    upstream.asked();
    t.mock.timers.tick(SILENT_SERVER_MS);
    assert.deepEqual(messages, [WARNING]);
  });

  test('that has answered is not', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { lane, upstream, received, messages } = started(t, '/bin/cat', [], 'ndjson');
    upstream.asked();
    const answered = new Promise<void>((resolve) => (received.onDelivered = resolve));
    await sendLines(lane, upstream.sink, [REQUEST]);
    await answered;
    t.mock.timers.tick(SILENT_SERVER_MS);
    assert.deepEqual(messages, []);
  });

  test('that nobody wants to hear of any more is not', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { upstream, messages } = started(t, '/bin/sleep', ['1000'], 'ndjson');
    upstream.asked();
    upstream.discardOutput();
    t.mock.timers.tick(SILENT_SERVER_MS);
    assert.deepEqual(messages, []);
  });

  test('that has ended is not', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { upstream, messages } = started(t, '/bin/true', [], 'ndjson');
    upstream.asked();
    while (!messages.includes('the process has exited')) await setImmediate();
    t.mock.timers.tick(SILENT_SERVER_MS);
    assert.ok(!messages.includes(WARNING));
  });
});

describe('a server hears once that it is asked, with the first request', () => {
  test('from its client in mode session', async () => {
    const client = new MemoryClient('#1 test');
    const lane = laneHere();
    let upstream: MemoryUpstream | undefined;
    const session = new PassThroughSession({
      ...{ client, lane, maxArray: 100, drainTimeoutMs: 1000, requestTimeoutMs: 0 },
      ...{ disconnectOnMalformed: false, profile: null, log: silentLogger() },
      upstream: (events) => (upstream = new MemoryUpstream(events)),
      onEnded: () => undefined,
    });
    const says = async (text: string): Promise<number> => {
      const count = upstream!.received.length;
      client.say(text);
      await until('it has come', () => upstream!.received.length > count && lane.idle);
      return upstream!.askedCount;
    };
    client.session = session;
    assert.equal(await says(NOTIFICATION), 0);
    assert.equal(await says(REQUEST), 1);
    assert.equal(await says('{"id":2,"method":"m"}'), 1);
  });

  test('from any client of a shared process, and each process anew', async () => {
    const world = new MultiplexWorld();
    const [first, second] = [world.connect(), world.connect()];
    const says = async (client: MemoryClient, text: string): Promise<number> => {
      client.say(text);
      await world.settle();
      return world.upstream.askedCount;
    };
    assert.equal(await says(first, NOTIFICATION), 0);
    assert.equal(await says(first, REQUEST), 1);
    assert.equal(await says(second, REQUEST), 1);
    world.upstream.exit(1);
    await until('the next one is there', () => world.upstreams.length === 2);
    assert.equal(world.upstream.askedCount, 0);
    assert.equal(await says(second, REQUEST), 1);
    await world.server.stop();
  });
});
