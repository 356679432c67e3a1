import type { Socket } from 'node:net';
import type { WebSocket } from 'ws';
import { HEARTBEAT_MS, SERVER_PONG_MS, SERVER_SILENCE_MS } from '../limits.js';

/**
 * Keeps a `ws` connection alive, and finds out when the other side is not there any more. A paused
 * socket does not see the pings of the other side, which takes it for gone after some of them: so
 * it gets pongs without being asked (RFC 6455, 5.5.3).
 */
export class Heartbeat {
  readonly #socket: WebSocket;
  readonly #onSilent: (() => void) | null;
  readonly #timer: NodeJS.Timeout;
  /** At the last look; a long message may be on its way for minutes. */
  #bytesRead = 0;
  #silentMs = 0;

  /** `socket` is open. `onSilent`: nothing has come for long, not even a pong; null: never mind. */
  constructor(socket: WebSocket, onSilent: (() => void) | null) {
    this.#socket = socket;
    this.#onSilent = onSilent;
    this.#hasReadMore();
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.isPaused) this.#socket.pong();
    else if (this.#onSilent !== null && !this.#hasReadMore()) {
      this.#silentMs += HEARTBEAT_MS;
      if (this.#silentMs === SERVER_SILENCE_MS) this.#socket.ping();
      else if (this.#silentMs >= SERVER_SILENCE_MS + SERVER_PONG_MS) this.#onSilent();
      return;
    }
    this.#silentMs = 0;
  }

  #hasReadMore(): boolean {
    // `ws` names its stream to nobody.
    const { _socket: stream } = this.#socket as { readonly _socket?: Socket | null };
    const before = this.#bytesRead;
    this.#bytesRead = stream?.bytesRead ?? before + 1;
    return this.#bytesRead !== before;
  }
}
