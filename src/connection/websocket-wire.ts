import type { WebSocket } from 'ws';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import { CLOSED_WITHOUT_FRAME, RESET_WITHOUT_CLOSE } from '../close-codes.js';
import type { Flow } from '../lane/flow.js';
import { WsTransport } from '../transport/ws-transport.js';
import type { Wire, WireEvents } from './wire.js';

/**
 * A `ws` socket, connecting or open. Text and binary messages are the same to it, pings and
 * pongs are the socket's own affair. Its limit on what comes in is the socket's `maxPayload`.
 */
export class WebSocketWire implements Wire {
  readonly transport = 'websocket ';
  readonly framing = FRAMING_NONE;
  readonly lendsFrames = false;
  readonly #socket: WebSocket;
  readonly #events: WireEvents;
  readonly #transport: WsTransport;
  #endAsked = false;

  constructor(socket: WebSocket, events: WireEvents) {
    this.#socket = socket;
    this.#events = events;
    this.#transport = new WsTransport(socket, {
      closed: (code, _reason, error) => this.#closed(code, error),
      writeFailed: (error) => events.writeFailed(error.message),
    });
  }

  get source(): WsTransport {
    return this.#transport;
  }

  get sink(): WsTransport {
    return this.#transport;
  }

  start(incoming: Flow): void {
    this.#transport.start(incoming);
    // What is closed already will not say so.
    if (this.#socket.readyState === this.#socket.CLOSED) {
      queueMicrotask(() => this.#closed(0, null));
    }
  }

  stopReading(): void {
    this.#transport.discard();
  }

  readOn(): void {
    // A WebSocket leaves nothing out.
  }

  end(code: number): void {
    this.#endAsked = true;
    this.#transport.end(code, '');
  }

  #closed(code: number, error: Error | null): void {
    const broke = code === CLOSED_WITHOUT_FRAME && !this.#endAsked;
    this.#events.readEnded(error?.message ?? (broke ? RESET_WITHOUT_CLOSE : null));
    this.#events.writeClosed();
  }
}
