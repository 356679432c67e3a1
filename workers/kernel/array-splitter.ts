import { CLOSE_BRACKET, OPEN_BRACKET } from '../ascii.js';
import {
  ARG,
  BAD_JSON,
  BAD_MESSAGE,
  BOUND_BYTES,
  ELEMENT_COUNT,
  IN_OFFSET,
  KIND_ARRAY,
  OUT_END,
  OUT_LENGTH,
  OUT_LIMIT,
  OUT_OFFSET,
  VERDICT,
} from '../batch-layout.js';
import type { EnvelopeScanner } from './envelope.js';
import type { FrameWriter } from './frame-writer.js';
import { INVALID } from './json-scanner.js';

/**
 * Finds the elements of a JSON-RPC batch: ELEMENT_COUNT becomes their number, and the output
 * their bounds, as little-endian words, of ARG elements at most (the largest number that main will
 * take; it has made room for them).
 */
export function splitArray(
  envelope: EnvelopeScanner,
  writer: FrameWriter,
  control: Int32Array,
  frame: number,
  bytes: Uint8Array,
): void {
  const verdict = envelope.scan(control, frame, bytes);
  const start = control[frame + IN_OFFSET]!;
  const { json } = envelope;
  let i = json.skipSpace(start);
  if (verdict === BAD_JSON || bytes[i] !== OPEN_BRACKET) {
    control[frame + VERDICT] = verdict === BAD_JSON ? BAD_JSON : BAD_MESSAGE;
    writer.write(control, frame, bytes, envelope.reason, false);
    return;
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out = control[OUT_END]!;
  const most = control[frame + ARG]!;
  let at = out;
  const add = (bound: number): void => {
    if (at + BOUND_BYTES > control[OUT_LIMIT]!)
      throw new RangeError('the output region is too small');
    view.setInt32(at, bound - start, true);
    at += BOUND_BYTES;
  };
  i++;
  let count = 0;
  if (bytes[json.skipSpace(i)] !== CLOSE_BRACKET) {
    if (most > 0) add(i);
    let last = false;
    while (!last) {
      const valueEnd = json.skipValue(json.skipSpace(i));
      if (valueEnd === INVALID) throw new RangeError('a validated array does not scan');
      // Behind the comma, or the closing bracket.
      i = json.skipSpace(valueEnd) + 1;
      last = bytes[i - 1] === CLOSE_BRACKET;
      if (count < most) add(i);
      count++;
    }
  }
  control[frame + VERDICT] = KIND_ARRAY;
  control[frame + ELEMENT_COUNT] = count;
  control[frame + OUT_OFFSET] = out;
  control[frame + OUT_LENGTH] = at - out;
  control[OUT_END] = at;
}
