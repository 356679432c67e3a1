/** A control frame carries 125 bytes, two of them the close code (RFC 6455 section 5.5). */
const MAX_REASON_BYTES = 123;

/**
 * The reason of a close frame in UTF-8. Too long a one is cut, between two characters: half of one
 * would break the frame.
 */
export function closeReason(text: string): Uint8Array {
  const bytes = Buffer.from(text);
  if (bytes.length <= MAX_REASON_BYTES) return bytes;
  let end = MAX_REASON_BYTES;
  while (isContinuation(bytes[end]!)) end--;
  return bytes.subarray(0, end);
}

/** A byte of a character that is not its first. */
function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}
