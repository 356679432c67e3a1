import type { Span } from '../lane/batch.js';

/** A span that becomes other bytes. */
export interface Edit extends Span {
  readonly bytes: Uint8Array;
}

/** The message with these edits, which do not overlap; a copy. */
export function splice(message: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(message.subarray(at, edit.start), edit.bytes);
    at = edit.end;
  }
  parts.push(message.subarray(at));
  return Buffer.concat(parts);
}
