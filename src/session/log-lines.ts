import { MAX_PARSED_BYTES } from '../limits.js';
import { jsonValue } from './json-value.js';

const MESSAGE_MEMBERS: readonly string[] = ['id', 'method', 'params', 'result', 'error'];

/**
 * Whether a server has only logged what looks like a message. Many log to their standard output, as
 * JSON lines that may name a request's id and method: `{"level":30,"id":7,"method":"tools/call"}`.
 * Such a line has no `jsonrpc`, and members that no message has. `text` is valid JSON.
 */
export function isLogLine(text: Uint8Array): boolean {
  if (text.length > MAX_PARSED_BYTES || hasVersion(text)) return false;
  const value = jsonValue(text);
  if (typeof value !== 'object' || value === null) return false;
  return Object.keys(value).some((name) => !MESSAGE_MEMBERS.includes(name));
}

/** Whether the name of the member `jsonrpc` stands in it; nearly all messages begin with that. */
function hasVersion(text: Uint8Array): boolean {
  return Buffer.from(text.buffer, text.byteOffset, text.length).includes('"jsonrpc"');
}
