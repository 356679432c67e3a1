import { CLOSE_MALFORMED } from '../close-codes.js';
import type { Batch } from '../lane/batch.js';
import { replyWithoutId } from './broken-reply.js';
import type { Client } from './client.js';

/** `--on-malformed disconnect`: closes the client for frame `index`, which is no message, in place of the kernel's error reply. */
export function closeMalformed(client: Client, batch: Batch, index: number): void {
  client.close(CLOSE_MALFORMED, `malformed message${detailOf(replyWithoutId(batch, index))}`);
}

/** The same for an array without elements. */
export function closeEmptyArray(client: Client): void {
  client.close(CLOSE_MALFORMED, 'malformed message: an empty array');
}

function detailOf(reply: Uint8Array): string {
  if (reply.length === 0) return '';
  const { error } = JSON.parse(Buffer.from(reply).toString('utf8')) as {
    error: { data?: { detail?: string } };
  };
  return error.data?.detail === undefined ? '' : `: ${error.data.detail}`;
}
