import { CROSSED_REPLY_MS, MAX_PARSED_BYTES } from '../limits.js';
import { jsonValue } from './json-value.js';

/** So few are never looked through for those that were answered. */
const FEW_WAITING = 256;

/** Of a request that its client has cancelled. */
export interface CancelledRequestsEvents<Request> {
  /** It still waits for an answer. */
  isOpen(request: Request): boolean;
  /** Its grace is over; it may have been answered meanwhile. */
  graceOver(request: Request): void;
}

/**
 * Requests that their client has cancelled in MCP's way: the server should not answer them
 * (specification 2025-06-18, "Cancellation"), so nothing else would ever end them. One that is
 * answered all the same within the grace is answered to the client. At most twice as many are kept
 * as are open, or FEW_WAITING.
 */
export class CancelledRequests<Request> {
  readonly #events: CancelledRequestsEvents<Request>;
  readonly #waiting = new Set<{ readonly request: Request; readonly untilMs: number }>();
  #lookThroughAt = FEW_WAITING;
  #timer: NodeJS.Timeout | null = null;

  constructor(events: CancelledRequestsEvents<Request>) {
    this.#events = events;
  }

  /** How many are kept. */
  get size(): number {
    return this.#waiting.size;
  }

  add(request: Request): void {
    if (this.#waiting.size >= this.#lookThroughAt) this.#forgetAnswered();
    this.#waiting.add({ request, untilMs: performance.now() + CROSSED_REPLY_MS });
    this.#timer ??= setTimeout(this.#expire, CROSSED_REPLY_MS);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.clear();
  }

  #forgetAnswered(): void {
    for (const waiting of this.#waiting) {
      if (!this.#events.isOpen(waiting.request)) this.#waiting.delete(waiting);
    }
    this.#lookThroughAt = Math.max(FEW_WAITING, 2 * this.#waiting.size);
  }

  readonly #expire = (): void => {
    const now = performance.now();
    // In the order of their times.
    for (const waiting of this.#waiting) {
      if (waiting.untilMs > now) {
        this.#timer = setTimeout(this.#expire, waiting.untilMs - now);
        return;
      }
      this.#waiting.delete(waiting);
      this.#events.graceOver(waiting.request);
    }
    this.#timer = null;
  };
}

/**
 * The id that `notifications/cancelled` names, as JSON text; null where there is none that is
 * exact.
 */
export function cancelledId(notification: Uint8Array): string | null {
  if (notification.length > MAX_PARSED_BYTES) return null;
  const { params } = jsonValue(notification) as {
    params?: { requestId?: unknown } | null;
  };
  const id = params?.requestId;
  const isExact = typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER;
  return typeof id === 'string' || isExact ? JSON.stringify(id) : null;
}
