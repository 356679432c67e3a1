import {
  ARG,
  BAD_JSON,
  BAD_MESSAGE,
  IN_LENGTH,
  IN_OFFSET,
  KIND_BATCH,
  OUT_END,
  OUT_LENGTH,
  OUT_LIMIT,
  OUT_OFFSET,
  REQUEST_ID,
  VERDICT,
} from '../batch-layout.js';
import type { EnvelopeScanner } from './envelope.js';
import type { FrameWriter } from './frame-writer.js';
import { INVALID } from './json-scanner.js';

const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const COMMA = 0x2c;
const SPAN_BYTES = 8;

/**
 * Finds the elements of a JSON-RPC batch: REQUEST_ID becomes their number, and the output
 * their spans in the frame, as pairs of little-endian 32-bit words, ARG of them at most (the
 * largest number that main will take; it has made room for them).
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
  let at = out;
  const end = start + control[frame + IN_LENGTH]!;
  i = json.skipSpace(i + 1);
  let count = 0;
  while (i < end && bytes[i] !== CLOSE_BRACKET) {
    const valueEnd = json.skipValue(i);
    if (valueEnd === INVALID) throw new RangeError('a validated array does not scan');
    if (count++ < control[frame + ARG]!) {
      if (at + SPAN_BYTES > control[OUT_LIMIT]!)
        throw new RangeError('the output region is too small');
      view.setInt32(at, i - start, true);
      view.setInt32(at + 4, valueEnd - start, true);
      at += SPAN_BYTES;
    }
    i = json.skipSpace(valueEnd);
    if (bytes[i] === COMMA) i = json.skipSpace(i + 1);
  }
  control[frame + VERDICT] = KIND_BATCH;
  control[frame + REQUEST_ID] = count;
  control[frame + OUT_OFFSET] = out;
  control[frame + OUT_LENGTH] = at - out;
  control[OUT_END] = at;
}
