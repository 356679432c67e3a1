import type { ReplyError } from '../../workers/kernel/replies.js';

/** The error reply to the request whose id has this JSON text. */
export function errorReply(id: string | Uint8Array, error: ReplyError): Uint8Array {
  const text = typeof id === 'string' ? id : Buffer.from(id).toString('utf8');
  return Buffer.from(`{"jsonrpc":"2.0","id":${text},"error":${JSON.stringify(error)}}`);
}

/** Too many of a client's requests are in flight. */
export const TOO_MANY_REQUESTS: ReplyError = {
  code: -32001,
  message: 'Server overloaded; retry later.',
  data: { reason: 'too_many_requests', retryable: true },
};

/** `--request-timeout` has passed. */
export const REQUEST_TIMEOUT: ReplyError = {
  code: -32002,
  message: 'The request timed out.',
  data: { reason: 'timeout' },
};
