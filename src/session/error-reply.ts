import { REPLY_START, type ReplyError } from '../../workers/kernel/replies.js';

/** The error reply to the request whose id has this JSON text. */
export function errorReply(id: string | Uint8Array, error: ReplyError): Uint8Array {
  const text = typeof id === 'string' ? id : Buffer.from(id).toString('utf8');
  return Buffer.from(`${REPLY_START}${text},"error":${JSON.stringify(error)}}`);
}
