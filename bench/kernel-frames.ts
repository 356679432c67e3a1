import {
  ACTION_PASS,
  FRAME_COUNT,
  FRAME_WORDS,
  FRAMING_NDJSON,
  HEADER_WORDS,
  IN_LENGTH,
  IN_OFFSET,
  INPUT_PADDING_BYTES,
  OP,
  OUT_LIMIT,
  OUT_START,
  OUTPUT_RESERVE_BYTES,
  op,
} from '../workers/batch-layout.js';

/** A batch of frames of one size, in shared memory, and the same frames as ordinary buffers. */
export interface FrameSet {
  readonly label: string;
  readonly frameBytes: number;
  readonly frames: readonly Buffer[];
  readonly control: Int32Array;
  readonly bytes: Uint8Array;
}

/**
 * From a short call to a large document, and how many frames of each size a batch under load holds.
 */
export const FRAME_SIZES = [
  { label: '100 B', frameBytes: 100, count: 256 },
  { label: '1.2 KB', frameBytes: 1_200, count: 64 },
  { label: '12 KB', frameBytes: 12_000, count: 16 },
  { label: '122 KB', frameBytes: 122_000, count: 4 },
  { label: '1.2 MB', frameBytes: 1_200_000, count: 1 },
] as const;

/**
 * A tool call of exactly `frameBytes` bytes: records of short strings, numbers and words, as
 * servers send them.
 */
export function toolCall(id: number, frameBytes: number): Buffer {
  const head = `{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"find","arguments":{"q":"`;
  const tail = '"}}}';
  const records: string[] = [];
  let used = head.length + tail.length + '","records":['.length + ']'.length;
  for (let k = 0; ; k++) {
    const record = JSON.stringify({
      id: 1000 + k * 7,
      path: `src/module-${k % 13}/file-${k}.ts`,
      line: (k * 37) % 900,
      score: ((k * 7919) % 10007) / 10007,
      tags: ['alpha', 'beta', `t${k % 5}`],
      text: `The quick brown fox jumps over the lazy dog; "quoted", naïve and ${k} times.`,
      ok: k % 3 === 0,
      parent: null,
    });
    used += Buffer.byteLength(record) + 1;
    if (used > frameBytes) break;
    records.push(record);
  }
  const middle = records.length === 0 ? '' : `","records":[${records.join(',')}]`;
  const end = records.length === 0 ? tail : '}}}';
  const fill = frameBytes - Buffer.byteLength(head + middle + end);
  return Buffer.from(head + 'x'.repeat(Math.max(fill, 0)) + middle + end);
}

/** The batch of `count` tool calls of `frameBytes` bytes each, to be passed on as ndjson. */
export function frameSet(label: string, frameBytes: number, count: number): FrameSet {
  const frames = Array.from({ length: count }, (_, k) => toolCall(1000 + k, frameBytes));
  const inputBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
  const outStart = inputBytes + INPUT_PADDING_BYTES;
  const outLimit = outStart + inputBytes + count * OUTPUT_RESERVE_BYTES;
  const control = new Int32Array(
    new SharedArrayBuffer((HEADER_WORDS + count * FRAME_WORDS) * Int32Array.BYTES_PER_ELEMENT),
  );
  const bytes = new Uint8Array(new SharedArrayBuffer(outLimit));
  control[FRAME_COUNT] = count;
  control[OUT_START] = outStart;
  control[OUT_LIMIT] = outLimit;
  let at = 0;
  for (const [k, frame] of frames.entries()) {
    const descriptor = HEADER_WORDS + k * FRAME_WORDS;
    bytes.set(frame, at);
    control[descriptor + OP] = op(ACTION_PASS, FRAMING_NDJSON, 0);
    control[descriptor + IN_OFFSET] = at;
    control[descriptor + IN_LENGTH] = frame.length;
    at += frame.length;
  }
  return { label, frameBytes, frames, control, bytes };
}
