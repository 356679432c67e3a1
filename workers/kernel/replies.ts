/** How a reply begins, up to its id. */
export const REPLY_START = '{"jsonrpc":"2.0","id":';

/**
 * The error objects that kernels answer with; the main thread's are in
 * src/session/gateway-errors.ts. `code` follows JSON-RPC 2.0 section 5.1 where it has one;
 * `data.reason` is the stable name to match on, since servers use the numbers of the range -32000
 * to -32099 for other things.
 */
export interface ReplyError {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly reason: string;
    readonly detail?: string;
    readonly retryable?: boolean;
  };
}

export const PARSE_ERROR: ReplyError = {
  code: -32700,
  message: 'Parse error',
  data: { reason: 'invalid_json' },
};

export const INVALID_REQUEST: ReplyError = {
  code: -32600,
  message: 'Invalid Request',
  data: { reason: 'invalid_message' },
};

/** The client's receive buffer is full: it sends faster than its server takes. */
export const RECEIVE_BUFFER_FULL = 0;
/** The worker that had the message died, more than once. */
export const WORKER_FAILED = 1;

/** What ACTION_REFUSE answers, by the ARG word of the frame. */
export const REFUSALS: readonly ReplyError[] = [
  {
    code: -32001,
    message: 'Server overloaded; retry later.',
    data: { reason: 'receive_buffer_full', retryable: true },
  },
  {
    code: -32603,
    message: 'The gateway could not process this message.',
    data: { reason: 'worker_failed', retryable: false },
  },
];
