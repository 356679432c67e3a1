import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { MIN_TURN_FRAMES, RING_CAPACITY } from '../../src/limits.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { laneHere } from '../support/lane-here.js';
import { RecordedFlow } from '../support/recorded-flow.js';

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);
const ROUNDS = 10;

describe('flows that always have more than their rings take', () => {
  test('have frames that lie together, even if the first ones lay between each other', async () => {
    const lane = laneHere();
    const frames = Array.from(
      { length: ROUNDS * RING_CAPACITY },
      (_, id) => `{"id":${id},"method":"m"}`,
    );
    const flows = [new RecordedFlow(lane, PASS, frames), new RecordedFlow(lane, PASS, frames)];
    let deliveries = 0;
    for (const one of flows) one.onDelivered = () => deliveries++;
    for (let i = 0; i < RING_CAPACITY; i++) {
      for (const one of flows) {
        assert.equal(one.flow.accept(one.peek()!), true);
        one.shift();
      }
    }
    await Promise.all(flows.map((one) => one.start().done));
    for (const one of flows) assert.deepEqual(one.outputs, frames);
    const firstOnes = flows.length * RING_CAPACITY;
    const turns = (flows.length * frames.length - firstOnes) / MIN_TURN_FRAMES;
    assert.equal(deliveries, firstOnes + turns);
  });
});
