import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, mock, test } from 'node:test';
import { CROSSED_REPLY_MS } from '../../src/limits.js';
import { ArrayReply } from '../../src/session/array-replies.js';
import { TrackedRequests } from '../../src/session/tracked-requests.js';
import { ACTION_PASS } from '../../workers/batch-layout.js';
import { passTime } from '../support/pass-time.js';
import { scanned } from '../support/scanned.js';

const TIMEOUT_MS = 1000;

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

/** The requests of one client, and what is told of those that time out. */
class World {
  readonly timedOut: string[] = [];
  readonly requests: TrackedRequests;

  constructor(requestTimeoutMs = TIMEOUT_MS) {
    this.requests = new TrackedRequests({ requestTimeoutMs, profile: null }, (request, cancel) => {
      const told = cancel === null ? 'nobody' : Buffer.from(cancel).toString();
      this.timedOut.push(`${request.id}: ${told}`);
    });
  }

  send(text: string, array: ArrayReply | null = null): void {
    const batch = scanned(text, ACTION_PASS);
    this.requests.sent(batch, 0);
    if (array !== null || this.requests.timesOut) this.requests.watch(batch, 0, array);
  }

  cancel(id: number): void {
    const text = `{"method":"notifications/cancelled","params":{"requestId":${id}}}`;
    this.requests.cancel(Buffer.from(text));
  }

  answer(id: number): ReturnType<TrackedRequests['answered']> {
    return this.requests.answered(scanned(`{"id":${id},"result":1}`, ACTION_PASS), 0);
  }
}

const INITIALIZE =
  '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}';

describe('requests of a client in mode session', () => {
  test("are cancelled in MCP's way when they time out, whatever came before initialize; that is not", (t) => {
    const pass = passTime(t);
    const world = new World();
    world.send('{"jsonrpc":"2.0","id":0,"method":"ping"}');
    world.answer(0);
    world.send(INITIALIZE);
    world.send('{"jsonrpc":"2.0","id":2,"method":"tools/call"}');
    pass(TIMEOUT_MS);
    assert.equal(world.timedOut[0], '1: nobody');
    assert.match(world.timedOut[1]!, /^2: .*"notifications\/cancelled","params":\{"requestId":2,/);
    world.requests.end();
  });

  test('that their client has cancelled time out without a word', (t) => {
    const pass = passTime(t);
    const world = new World();
    world.send(INITIALIZE);
    world.answer(1);
    world.send('{"jsonrpc":"2.0","id":2,"method":"tools/call"}');
    world.cancel(2);
    pass(TIMEOUT_MS);
    assert.deepEqual(world.timedOut, []);
    assert.equal(world.requests.any, false);
    world.requests.end();
  });

  test('may have the id of an element of an array that was cancelled and never answered', (t) => {
    const pass = passTime(t);
    const world = new World(0);
    const sent: string[] = [];
    const client = {
      sendOne: (message: Uint8Array) => sent.push(Buffer.from(message).toString()),
      reply: () => undefined,
    };
    const array = new ArrayReply(client, { bytes: 0 });
    array.expect();
    array.expect();
    world.send('{"id":1,"method":"m"}', array);
    world.send('{"id":2,"method":"m"}', array);
    array.seal();
    world.cancel(1);
    assert.equal(world.answer(2), array);
    array.add(Buffer.from('{"id":2}'));
    pass(CROSSED_REPLY_MS);
    assert.deepEqual(sent, ['[{"id":2}]']);
    world.send('{"id":1,"method":"m"}');
    assert.equal(world.answer(1), null);
    assert.equal(world.requests.any, false);
    world.requests.end();
  });
});
