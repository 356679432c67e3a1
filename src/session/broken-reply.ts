import { BAD_MESSAGE, METHOD_END } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { idText } from './request-id.js';

/**
 * The id, as JSON text, of a server's message that is not valid but can only be meant for a reply: it has an
 * id and no method (`{"id":1}`, or an `error` whose code is a string). Null for every other.
 */
export function brokenReplyId(batch: Batch, index: number): string | null {
  if (batch.verdict(index) !== BAD_MESSAGE || batch.word(index, METHOD_END) !== 0) return null;
  const id = idText(batch, index);
  return id === '' || id === 'null' ? null : id;
}
