import { WebSocket } from 'ws';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import { CLOSE_NORMAL } from '../close-codes.js';
import type { Flow, FrameSource } from '../lane/flow.js';
import { CONNECT_TIMEOUT_MS } from '../limits.js';
import type { FrameSink } from '../transport/frame-sink.js';
import { WsTransport } from '../transport/ws-transport.js';
import type { Upstream, UpstreamEvents } from './upstream.js';

export interface WebSocketServerTarget {
  readonly url: string;
  /** Asked for in the upgrade; null: none. */
  readonly subprotocol: string | null;
}

/** A server that is reached over `ws://` or `wss://`. */
export class WebSocketUpstream implements Upstream {
  readonly framing = FRAMING_NONE;
  readonly opening: Promise<void>;
  readonly #transport: WsTransport;
  readonly #closed: Promise<void>;

  constructor(
    { url, subprotocol }: WebSocketServerTarget,
    maxPayloadBytes: number,
    events: UpstreamEvents,
  ) {
    const socket = new WebSocket(url, subprotocol ?? [], {
      perMessageDeflate: false,
      maxPayload: maxPayloadBytes,
      handshakeTimeout: CONNECT_TIMEOUT_MS,
      // Its frames are checked by the kernel.
      skipUTF8Validation: true,
    });
    this.opening = new Promise((resolve) => socket.once('open', () => resolve()));
    let resolveClosed = (): void => undefined;
    this.#closed = new Promise((resolve) => {
      resolveClosed = resolve;
    });
    const closed = (code: number, reason: string, error: Error | null): void => {
      if (isTooBig(error)) events.oversize(maxPayloadBytes);
      const isRegular = error === null && code === CLOSE_NORMAL;
      const exit = { code: null, signal: null, closeCode: code };
      events.gone(reasonText(url, code, reason, error), exit, isRegular);
      resolveClosed();
    };
    this.#transport = new WsTransport(socket, { closed }, { endsWhenSilent: true });
  }

  get source(): FrameSource {
    return this.#transport;
  }

  get sink(): FrameSink {
    return this.#transport;
  }

  start(flow: Flow): void {
    this.#transport.start(flow);
  }

  sendOne(message: Uint8Array, sent?: () => void): void {
    // A connection that is gone needs no message: its end is told by gone().
    this.#transport.send(message, () => sent?.());
  }

  asked(): void {
    // Its frames have one form only: there is nothing to be wrong about.
  }

  closeInput(): void {
    // A WebSocket has no half-close: stop() closes it when the session has its answers.
  }

  discardOutput(): void {
    this.#transport.discard();
  }

  async stop(graceMs: number): Promise<void> {
    this.#transport.end(CLOSE_NORMAL, '');
    const timer = setTimeout(() => this.#transport.terminate(), graceMs);
    await this.#closed;
    clearTimeout(timer);
  }
}

/** `ws` closes where a message is above its maxPayload. */
function isTooBig(error: (Error & { readonly code?: unknown }) | null): boolean {
  return error?.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
}

/** Clients are told it: of the URL, which may have credentials, they get the host alone. */
function reasonText(url: string, code: number, reason: string, error: Error | null): string {
  const { protocol, host } = new URL(url);
  const server = `the server ${protocol}//${host}`;
  if (error !== null) {
    const hint = /subprotocol/.test(error.message) ? ' (--subprotocol)' : '';
    return `${server} cannot be reached or has failed: ${error.message}${hint}`;
  }
  return `${server} closed the connection (${code}${reason === '' ? '' : ` ${reason}`})`;
}
