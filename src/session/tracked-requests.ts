import type { Batch } from '../lane/batch.js';
import { MAX_CLIENT_REQUESTS } from '../limits.js';
import type { ArrayReply } from './array-replies.js';
import { CancelledRequests, cancelledId } from './cancelled-requests.js';
import { OpenRequests } from './open-requests.js';
import type { Profile } from './profile.js';
import { frameId } from './request-id.js';
import { RequestTimer } from './request-timer.js';
import { RequestWatch, WatchedRequest } from './request-watch.js';

export interface TrackedRequestsOptions {
  /** How long a request may wait for its answer; 0: for ever. */
  readonly requestTimeoutMs: number;
  /** Null: guessed from `initialize`. */
  readonly profile: Profile | null;
}

/**
 * The requests of one client in mode `session` that its server has not answered. They are counted,
 * and few are watched: the elements of arrays, and with a timeout all.
 */
export class TrackedRequests {
  readonly #open = new OpenRequests();
  readonly #watch = new RequestWatch();
  readonly #timer: RequestTimer | null;
  readonly #cancelled = new CancelledRequests<WatchedRequest>({
    isOpen: (request) => request.waits,
    graceOver: (request) => {
      if (this.#watch.giveUp(request)) request.array?.forgo();
    },
  });

  /**
   * `onTimedOut`: a request has had no answer for too long; with what tells its server, null where
   * nothing does.
   */
  constructor(
    { requestTimeoutMs, profile }: TrackedRequestsOptions,
    onTimedOut: (request: WatchedRequest, cancel: Uint8Array | null) => void,
  ) {
    const timedOut = (request: WatchedRequest, cancel: Uint8Array | null): void => {
      // Its client has cancelled it, and wants no answer (MCP).
      if (request.cancelled) {
        request.array?.forgo();
        return;
      }
      this.#open.settled(String(request.id));
      onTimedOut(request, cancel);
    };
    this.#timer =
      requestTimeoutMs === 0
        ? null
        : new RequestTimer(this.#watch, requestTimeoutMs, profile, timedOut);
  }

  /** Some wait for their answers. */
  get any(): boolean {
    return this.#open.any;
  }

  /** How many do no more, so far. */
  get settledCount(): number {
    return this.#open.settledCount;
  }

  /** As many are watched as may be. */
  get full(): boolean {
    return this.#watch.size >= MAX_CLIENT_REQUESTS;
  }

  /** Every request is watched, for it may time out. */
  get timesOut(): boolean {
    return this.#timer !== null;
  }

  /** The request that is frame `index` goes to the server. */
  sent(batch: Batch, index: number): void {
    this.#open.sent(batch, index);
  }

  /** Remembers it, because its reply belongs to an array or may come too late. */
  watch(batch: Batch, index: number, array: ArrayReply | null): void {
    this.#timer?.sent(batch, index);
    this.#watch.add(new WatchedRequest(frameId(batch, index), array, performance.now()));
  }

  /** The server need not answer a request any more, so nobody waits for that. */
  cancel(notification: Uint8Array): void {
    const id = cancelledId(notification);
    if (id === null) return;
    const request = this.#watch.active ? this.#watch.cancel(id) : null;
    if (request === null) {
      this.#open.cancelled(id);
      return;
    }
    this.#open.settled(String(request.id));
    this.#cancelled.add(request);
  }

  /**
   * Whose part the reply is that is frame `index`, or that it is too late; null: it is for the
   * client as it is.
   */
  answered(batch: Batch, index: number): ArrayReply | 'late' | null {
    let request = this.#watch.active ? this.#watch.settle(frameId(batch, index)) : null;
    // Its id has been given to another request since, which nobody watches.
    if (request === 'late' && this.#open.has(batch, index)) request = null;
    // What was given up or cancelled was counted as answered then.
    if (request !== 'late' && request?.cancelled !== true) this.#open.answered(batch, index);
    return request === 'late' ? 'late' : (request?.array ?? null);
  }

  end(): void {
    this.#timer?.end();
    this.#cancelled.end();
  }
}
