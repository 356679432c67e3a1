import { BAD_MESSAGE, METHOD_END } from '../../workers/batch-layout.js';
import type { ReplyError } from '../../workers/kernel/replies.js';
import type { Batch } from '../lane/batch.js';
import { idText } from './open-requests.js';

/** What the client gets in place of a reply that is none. */
export const BROKEN_REPLY: ReplyError = {
  code: -32603,
  message: 'The answer of the server is not a valid JSON-RPC message; the log says why.',
  data: { reason: 'broken_reply' },
};

/**
 * The id, as JSON text, of a server's message that is not valid but can only be meant for a reply: it has an
 * id and no method (`{"id":1}`, or an `error` whose code is a string). Null for every other.
 */
export function brokenReplyId(batch: Batch, index: number): string | null {
  if (batch.verdict(index) !== BAD_MESSAGE || batch.word(index, METHOD_END) !== 0) return null;
  const id = idText(batch, index);
  return id === '' || id === 'null' ? null : id;
}
