import { BAD_MESSAGE, ERROR_END, METHOD_END, RESULT_END } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { idText } from './request-id.js';

/**
 * The id, as JSON text, of a message that is not valid but can only be meant for a reply: it has an
 * id and no method (`{"id":1}`, or an `error` whose code is a string). Null for every other.
 */
export function brokenReplyId(batch: Batch, index: number): string | null {
  if (batch.verdict(index) !== BAD_MESSAGE || batch.word(index, METHOD_END) !== 0) return null;
  const id = idText(batch, index);
  return id === '' || id === 'null' ? null : id;
}

/** Whether such a message is for certain a reply: a client's `{"id":1}` may as well be a request without its method. */
export function isBrokenReply(batch: Batch, index: number): boolean {
  const isReply = batch.word(index, RESULT_END) !== 0 || batch.word(index, ERROR_END) !== 0;
  return isReply && brokenReplyId(batch, index) !== null;
}

/** The error reply to a client's broken reply, without its id: that is the server's, and the client may have asked with the same one. */
export function withoutId(reply: Uint8Array): Uint8Array {
  const { jsonrpc, error } = JSON.parse(Buffer.from(reply).toString('utf8')) as {
    jsonrpc: string;
    error: object;
  };
  return Buffer.from(JSON.stringify({ jsonrpc, id: null, error }));
}
