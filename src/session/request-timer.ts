import type { Batch } from '../lane/batch.js';
import { cancelNotification, guessProfile, type Profile } from './profile.js';
import type { RequestWatch, WatchedRequest } from './request-watch.js';

/** Gives up the requests of one session-mode client that have waited too long. */
export class RequestTimer {
  readonly #watch: RequestWatch;
  readonly #timeoutMs: number;
  readonly #onTimeout: (request: WatchedRequest, cancel: Uint8Array | null) => void;
  #profile: Profile | null;
  #timer: NodeJS.Timeout | null = null;

  /** `onTimeout` gets the notification that cancels it at the server, where there is one. */
  constructor(
    watch: RequestWatch,
    timeoutMs: number,
    profile: Profile | null,
    onTimeout: (request: WatchedRequest, cancel: Uint8Array | null) => void,
  ) {
    this.#watch = watch;
    this.#timeoutMs = timeoutMs;
    this.#profile = profile;
    this.#onTimeout = onTimeout;
  }

  /** Frame `index`, a request, is on its way; the first one tells what kind of server it is. */
  sent(batch: Batch, index: number): void {
    this.#profile ??= guessProfile(batch.input(index));
    this.#timer ??= setTimeout(this.#expire, this.#timeoutMs);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  readonly #expire = (): void => {
    this.#timer = null;
    const now = performance.now();
    for (const request of this.#watch.expire(now - this.#timeoutMs)) {
      const cancel = cancelNotification(
        this.#profile ?? 'plain',
        String(request.id),
        'the request timed out',
      );
      this.#onTimeout(request, cancel);
    }
    const oldestMs = this.#watch.oldestMs;
    if (oldestMs !== null) {
      this.#timer = setTimeout(this.#expire, Math.max(1, oldestMs + this.#timeoutMs - now));
    }
  };
}
