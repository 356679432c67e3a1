import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { WaitingFlows } from '../../src/lane/waiting-flows.js';

/** Collects what is thrown later, instead of the test's end. */
function thrownLater(t: TestContext): unknown[] {
  const thrown: unknown[] = [];
  t.mock.method(globalThis, 'queueMicrotask', (act: () => void) => {
    try {
      act();
    } catch (error) {
      thrown.push(error);
    }
  });
  return thrown;
}

test('a flow that throws when there is room again keeps no other from it, now and later', (t) => {
  const thrown = thrownLater(t);
  const waiting = new WaitingFlows();
  const pumped: string[] = [];
  const flow = (name: string, pump: () => void) => ({
    pump: () => {
      pumped.push(name);
      pump();
    },
    received: () => undefined,
  });
  waiting.add(flow('bad', () => assert.fail('a stream of an application')));
  waiting.add(flow('good', () => undefined));
  waiting.wake();
  waiting.add(flow('next', () => undefined));
  waiting.wake();
  assert.deepEqual(pumped, ['bad', 'good', 'next']);
  assert.equal(thrown.length, 1);
});
