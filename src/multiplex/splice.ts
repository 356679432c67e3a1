/** Bytes [start, end) of a message. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A span that becomes other bytes. */
export interface Edit extends Span {
  readonly bytes: Uint8Array;
}

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;

/**
 * The message with these edits, which do not overlap; a copy. Line breaks outside the
 * edits become spaces: a valid JSON text has them between tokens only, and ndjson must not.
 */
export function splice(message: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const edit of [...edits].sort((a, b) => a.start - b.start)) {
    parts.push(flat(message.subarray(at, edit.start)), edit.bytes);
    at = edit.end;
  }
  parts.push(flat(message.subarray(at)));
  return Buffer.concat(parts);
}

function flat(part: Uint8Array): Uint8Array {
  if (!part.includes(LF) && !part.includes(CR)) return part;
  return part.map((c) => (c === LF || c === CR ? SPACE : c));
}
