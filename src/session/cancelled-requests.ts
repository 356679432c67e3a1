import { CROSSED_REPLY_MS, MAX_PARSED_BYTES } from '../limits.js';
import { jsonValue } from './json-value.js';

/**
 * Requests that their client has cancelled in MCP's way: the server should not answer them
 * (specification 2025-06-18, "Cancellation"), so nothing else would ever end them. One that
 * is answered all the same within the grace is answered to the client.
 */
export class CancelledRequests<Request> {
  readonly #onGraceOver: (request: Request) => void;
  readonly #waiting = new Set<{ readonly request: Request; readonly untilMs: number }>();
  #timer: NodeJS.Timeout | null = null;

  /** `onGraceOver`: told of each request, answered meanwhile or not. */
  constructor(onGraceOver: (request: Request) => void) {
    this.#onGraceOver = onGraceOver;
  }

  add(request: Request): void {
    this.#waiting.add({ request, untilMs: performance.now() + CROSSED_REPLY_MS });
    this.#timer ??= setTimeout(this.#look, CROSSED_REPLY_MS);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.clear();
  }

  readonly #look = (): void => {
    const now = performance.now();
    // In the order of their times.
    for (const waiting of this.#waiting) {
      if (waiting.untilMs > now) {
        this.#timer = setTimeout(this.#look, waiting.untilMs - now);
        return;
      }
      this.#waiting.delete(waiting);
      this.#onGraceOver(waiting.request);
    }
    this.#timer = null;
  };
}

/** The id that `notifications/cancelled` names, as JSON text; null where there is none that is exact. */
export function cancelledId(notification: Uint8Array): string | null {
  if (notification.length > MAX_PARSED_BYTES) return null;
  const { params } = jsonValue(notification) as {
    params?: { requestId?: unknown } | null;
  };
  const id = params?.requestId;
  const isExact = typeof id === 'number' && Math.abs(id) <= Number.MAX_SAFE_INTEGER;
  return typeof id === 'string' || isExact ? JSON.stringify(id) : null;
}
