import { INVALID_REQUEST, PARSE_ERROR, type ReplyError } from '../../workers/kernel/replies.js';

/**
 * The errors that the main thread answers with; those of kernels are in workers/kernel/replies.ts.
 * docs/errors.md describes each, and a test holds it to that.
 */
export const GATEWAY_ERRORS = {
  /** Too many of a client's requests are in flight. */
  tooManyRequests: {
    code: -32001,
    message: 'Server overloaded; retry later.',
    data: { reason: 'too_many_requests', retryable: true },
  },
  /** `--request-timeout` has passed. */
  timeout: {
    code: -32002,
    message: 'The request timed out.',
    data: { reason: 'timeout' },
  },
  /** In place of a reply of the server that is none. */
  brokenReply: {
    code: -32603,
    message: 'The answer of the server is not a valid JSON-RPC message; the log says why.',
    data: { reason: 'broken_reply' },
  },
  /** The shared server has ended; how is added to `data`. */
  upstreamExited: {
    code: -32000,
    message: 'The server is gone.',
    data: { reason: 'upstream_exited' },
  },
  /** A stdio client sent a line or body above the limit. */
  messageTooBig: {
    code: -32007,
    message: 'Message too big.',
    data: { reason: 'message_too_big', retryable: false },
  },
  /** A stdio client sent what is no header. */
  badHeader: {
    ...PARSE_ERROR,
    data: { ...PARSE_ERROR.data, detail: 'not a valid header' },
  },
  emptyArray: {
    ...INVALID_REQUEST,
    data: { ...INVALID_REQUEST.data, detail: 'an empty array' },
  },
  /** A JSON array with too many elements; `limit` is added to `data`. */
  batchTooBig: {
    code: -32010,
    message: 'The batch is too big.',
    data: { reason: 'batch_too_big', retryable: false },
  },
  batchAnswerTooBig: {
    code: -32011,
    message: 'The answers to batches take too much room; ask for this one alone.',
    data: { reason: 'batch_answer_too_big', retryable: false },
  },
  /** A server that looks at the method alone would cancel what is not the client's. */
  cancelWithId: {
    ...INVALID_REQUEST,
    data: { ...INVALID_REQUEST.data, detail: 'a cancel is a notification and has no id' },
  },
  /** To the server: nobody may answer its request. */
  noClient: {
    code: -32000,
    message: 'There is no client to answer this request.',
    data: { reason: 'no_client' },
  },
  /** To the server: `--server-requests refuse`. */
  refused: {
    code: -32000,
    message: 'The gateway passes no requests of the server on (--server-requests refuse).',
    data: { reason: 'refused' },
  },
  /** To the server: the client that it asked. */
  clientGone: {
    code: -32000,
    message: 'The client has left.',
    data: { reason: 'client_gone' },
  },
  /** To the server. */
  tooManyQuestions: {
    code: -32001,
    message: 'Clients have not answered too many requests; retry later.',
    data: { reason: 'too_many_requests', retryable: true },
  },
  /** To the server, in place of a reply of the client that is none. */
  brokenClientReply: {
    code: -32603,
    message: 'The answer of the client is not a valid JSON-RPC message.',
    data: { reason: 'broken_reply' },
  },
  /** To the server: it makes a progress token that could be one of those that it gets. */
  tokenTaken: {
    code: -32602,
    message: 'The gateway gives tokens of this form to the server; make another one.',
    data: { reason: 'token_taken' },
  },
} as const satisfies Readonly<Record<string, ReplyError>>;

/** The same error with more about it in `data`. */
export function withData(error: ReplyError, data: object): ReplyError {
  return { ...error, data: { ...error.data, ...data } };
}
