import type { Batch } from '../lane/batch.js';
import { MethodNames } from './method-names.js';
import { cancelNotification, guessProfile, type Profile } from './profile.js';
import { INITIALIZE } from './protocol-methods.js';
import { frameId, type RequestId } from './request-id.js';
import type { RequestWatch, WatchedRequest } from './request-watch.js';

const HANDSHAKE = new MethodNames([INITIALIZE]);

/** Gives up the requests of one session-mode client that have waited too long. */
export class RequestTimer {
  readonly #watch: RequestWatch;
  readonly #timeoutMs: number;
  readonly #onTimeout: (request: WatchedRequest, cancel: Uint8Array | null) => void;
  #profile: Profile | null;
  /** Of `initialize`, which must not be cancelled (MCP, specification 2025-06-18, "Cancellation"). */
  #initializeId: RequestId | null = null;
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

  /** Frame `index`, a request, is on its way; `initialize` tells what kind of server it is. */
  sent(batch: Batch, index: number): void {
    if (this.#initializeId === null && HANDSHAKE.find(batch, index) !== null) {
      this.#initializeId = frameId(batch, index);
      this.#profile ??= guessProfile(batch.input(index));
    }
    this.#timer ??= setTimeout(this.#expire, this.#timeoutMs);
  }

  end(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  readonly #expire = (): void => {
    this.#timer = null;
    const now = performance.now();
    for (const request of this.#watch.expire(now - this.#timeoutMs)) {
      const profile = request.id === this.#initializeId ? 'plain' : (this.#profile ?? 'plain');
      const cancel = cancelNotification(profile, String(request.id), 'the request timed out');
      this.#onTimeout(request, cancel);
    }
    const oldestMs = this.#watch.oldestMs;
    if (oldestMs !== null) {
      this.#timer = setTimeout(this.#expire, Math.max(1, oldestMs + this.#timeoutMs - now));
    }
  };
}
