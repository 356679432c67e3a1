import type { ReplyError } from '../../workers/kernel/replies.js';

/** The error reply to the request whose id has this JSON text. */
export function errorReply(id: string, error: ReplyError): string {
  return `{"jsonrpc":"2.0","id":${id},"error":${JSON.stringify(error)}}`;
}

/** `--request-timeout` has passed. */
export const REQUEST_TIMEOUT: ReplyError = {
  code: -32002,
  message: 'The request timed out.',
  data: { reason: 'timeout' },
};
