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
  #heard = false;
  #silentMs = 0;

  /** `socket` is open. `onSilent`: nothing has come for long, not even a pong; null: never mind. */
  constructor(socket: WebSocket, onSilent: (() => void) | null) {
    this.#socket = socket;
    this.#onSilent = onSilent;
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#timer.unref();
    if (onSilent === null) return;
    socket.on('ping', () => this.heard());
    socket.on('pong', () => this.heard());
  }

  /** Something has come. */
  heard(): void {
    this.#heard = true;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #beat(): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.isPaused) this.#socket.pong();
    else if (this.#onSilent !== null && !this.#heard) {
      this.#silentMs += HEARTBEAT_MS;
      if (this.#silentMs === SERVER_SILENCE_MS) this.#socket.ping();
      else if (this.#silentMs >= SERVER_SILENCE_MS + SERVER_PONG_MS) this.#onSilent();
      return;
    }
    this.#heard = false;
    this.#silentMs = 0;
  }
}
