/** Bytes from text (as UTF-8) and from literal bytes. */
export function bytes(...parts: readonly (string | readonly number[])[]): Buffer {
  return Buffer.concat(parts.map((part) => Buffer.from(part as string)));
}
