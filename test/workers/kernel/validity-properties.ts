import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ACTION_SCAN, BAD_JSON, BAD_MESSAGE } from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { FrameBatch, type FrameOutcome, runFrame } from './frame-batch.js';
import {
  frameBytes,
  messageText,
  mutatedBytes,
  randomBytes,
  valueText,
} from './generated-frames.js';

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A kernel agrees with `JSON.parse` over strictly decoded UTF-8, for generated frames. */
export function validityProperties(kernel: Kernel): void {
  const agrees = (bytes: Uint8Array) => {
    agreesWithJsonParse(bytes, runFrame(kernel, { bytes, action: ACTION_SCAN }));
  };
  const property = (arbitrary: fc.Arbitrary<Uint8Array>, numRuns: number) =>
    fc.assert(fc.property(arbitrary, agrees), { numRuns });
  const utf8 = (text: string) => new TextEncoder().encode(text);

  describe('validity is that of JSON.parse', () => {
    it('for messages in every spelling', () => property(messageText.map(utf8), 1500));
    it('for values that are not messages', () => property(valueText.map(utf8), 300));
    it('for messages with a few bytes changed', () => property(mutatedBytes, 4000));
    it('for random bytes', () => property(randomBytes, 2000));

    it('for every truncation of a message', () => {
      fc.assert(
        fc.property(messageText.map(utf8), (bytes) => {
          const cuts = Array.from({ length: bytes.length }, (_, length) => ({
            bytes: bytes.subarray(0, length),
            action: ACTION_SCAN,
          }));
          for (const [k, outcome] of new FrameBatch(cuts).run(kernel).entries()) {
            agreesWithJsonParse(cuts[k]!.bytes, outcome);
          }
        }),
        { numRuns: 150 },
      );
    });

    it('for frames side by side in one batch', () => {
      fc.assert(
        fc.property(fc.array(frameBytes, { maxLength: 12 }), (frames) => {
          const cases = frames.map((bytes) => ({ bytes, action: ACTION_SCAN }));
          for (const [k, outcome] of new FrameBatch(cases).run(kernel).entries()) {
            agreesWithJsonParse(frames[k]!, outcome);
          }
        }),
        { numRuns: 400 },
      );
    });
  });
}

/** Same verdict on validity; and the spans of a message hold what JSON.parse found. */
function agreesWithJsonParse(bytes: Uint8Array, outcome: FrameOutcome): void {
  let parsed: unknown;
  try {
    parsed = JSON.parse(decoder.decode(bytes));
  } catch {
    assert.equal(outcome.verdict, BAD_JSON);
    // Of an answer, whose fault is in the result, the id is kept.
    const { id, ...others } = outcome.spans;
    assert.deepEqual(others, {});
    if (id === undefined) return;
    assert.match(typeof JSON.parse(decoder.decode(bytes.subarray(...id))), /string|number/);
    return;
  }
  assert.notEqual(outcome.verdict, BAD_JSON, outcome.out);
  if (outcome.verdict === BAD_MESSAGE) return;
  const message = parsed as Record<string, unknown>;
  for (const name of ['id', 'method', 'params', 'result', 'error']) {
    const span = outcome.spans[name];
    assert.equal(span !== undefined, Object.hasOwn(message, name), name);
    if (span === undefined) continue;
    assert.deepEqual(JSON.parse(decoder.decode(bytes.subarray(...span))), message[name]);
  }
}
