import { CLOSE_MALFORMED } from '../close-codes.js';
import type { Client } from './client.js';

/** `--on-malformed disconnect`: closes the client for a frame that is no message; `reply` would have been its answer. */
export function closeMalformed(client: Client, reply: Uint8Array): void {
  client.close(CLOSE_MALFORMED, `malformed message${detailOf(reply)}`);
}

function detailOf(reply: Uint8Array): string {
  if (reply.length === 0) return '';
  const { error } = JSON.parse(Buffer.from(reply).toString('utf8')) as {
    error: { data?: { detail?: string } };
  };
  return error.data?.detail === undefined ? '' : `: ${error.data.detail}`;
}
