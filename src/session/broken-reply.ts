import {
  BAD_JSON,
  ERROR_END,
  ID_END,
  ID_START,
  METHOD_END,
  RESULT_END,
} from '../../workers/batch-layout.js';
import { REPLY_START } from '../../workers/kernel/replies.js';
import type { Batch } from '../lane/batch.js';
import { isLogLine } from './log-lines.js';
import { idText } from './request-id.js';

const NULL_ID_START: Uint8Array = Buffer.from(`${REPLY_START}null`);

/**
 * The id, as JSON text, of a message that is not valid but can only be meant for a reply: it has an
 * id and no method (`{"id":1}`, or an `error` whose code is a string), or its JSON has a fault in
 * the result behind the id. Null for every other.
 */
export function brokenReplyId(batch: Batch, index: number): string | null {
  if (batch.verdict(index) > 0 || batch.word(index, METHOD_END) !== 0) return null;
  const id = idText(batch, index);
  return id === '' || id === 'null' ? null : id;
}

/** The same for what a server says: what it logs may have an id and no method, too. */
export function brokenServerReplyId(batch: Batch, index: number): string | null {
  const id = brokenReplyId(batch, index);
  if (id === null || batch.verdict(index) === BAD_JSON) return id;
  return isLogLine(batch.input(index)) ? null : id;
}

/**
 * Whether such a message is for certain a reply: a client's `{"id":1}` may as well be a request
 * without its method.
 */
export function isBrokenReply(batch: Batch, index: number): boolean {
  const isReply =
    batch.verdict(index) === BAD_JSON ||
    batch.word(index, RESULT_END) !== 0 ||
    batch.word(index, ERROR_END) !== 0;
  return isReply && brokenReplyId(batch, index) !== null;
}

/**
 * The kernel's error reply to frame `index` with null for its id: that of a client's reply is the
 * server's, and the client may have asked with the same one. Empty where nothing is answered.
 */
export function replyWithoutId(batch: Batch, index: number): Uint8Array {
  const reply = batch.output(index);
  const idLength = batch.word(index, ID_END) - batch.word(index, ID_START);
  if (reply.length === 0 || idLength === 0 || batch.verdict(index) === BAD_JSON) return reply;
  return Buffer.concat([NULL_ID_START, reply.subarray(REPLY_START.length + idLength)]);
}
