/**
 * The value of JSON text that the kernel has found to be valid: a copy of `text` is parsed, on this
 * thread.
 */
export function jsonValue(text: Uint8Array): unknown {
  return JSON.parse(Buffer.from(text).toString('utf8')) as unknown;
}
