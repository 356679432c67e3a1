import { inspect } from 'node:util';
import { FRAMING_NONE } from '../../workers/batch-layout.js';
import { CLOSE_NORMAL, isSendableCode } from '../close-codes.js';
import { usageError } from '../errors.js';
import type { Flow, FrameSource } from '../lane/flow.js';
import type { Client, ClientSession } from '../session/client.js';
import type { FrameSink } from '../transport/frame-sink.js';
import { CollectingSink } from './collecting-sink.js';
import type { Wire, WireEvents } from './wire.js';

/**
 * A WebSocket that acceptWebSockets() accepted: give it to JsonRpcConnection.fromWebSocket(). What
 * the client sends before waits in its receive buffer, and its socket is hardly read; should the
 * buffer fill up all the same (receiveBufferBytes), it is closed with 1013.
 */
export class AcceptedSocket implements ClientSession {
  /** The client's IP address, as text. */
  readonly remoteAddress: string;
  readonly #client: Client;
  #wire: AcceptedWire | null = null;
  #gone: { readonly failure: string | null } | null = null;
  #endAsked = false;

  /** @internal */
  constructor(client: Client, remoteAddress: string) {
    this.#client = client;
    this.remoteAddress = remoteAddress;
  }

  /**
   * Ends the connection from this side; see RFC 6455 section 7.4 for codes, of the reason 123 bytes
   * are sent.
   * @throws SluiceError SLUICE_ERR_USAGE for a code that nobody may send, or a reason that is no text
   */
  close(code: number = CLOSE_NORMAL, reason = ''): void {
    if (!isSendableCode(code)) {
      throw usageError(
        `a close code is 1000 to 1003, 1007 to 1014 or 3000 to 4999, not ${inspect(code)}`,
      );
    }
    if (typeof reason !== 'string')
      throw usageError(`the reason of a close is a string, not ${inspect(reason)}`);
    this.#endAsked = true;
    this.#client.close(code, reason);
  }

  /** The socket as a connection needs it; once. @internal */
  open(events: WireEvents): Wire {
    this.#wire = new AcceptedWire(this, this.#client, events);
    return this.#wire;
  }

  /** What the front end says when the socket is closed. @internal */
  clientEnded(_gone: boolean, failure: string | null = null): void {
    this.#gone = { failure: this.#endAsked ? null : failure };
    this.#wire?.gone(this.#gone.failure);
  }

  /** How it ended, should it have. @internal */
  get ended(): { readonly failure: string | null } | null {
    return this.#gone;
  }
}

/** An accepted socket, which its front end pauses: src/frontend/read-gate.ts. */
class AcceptedWire implements Wire {
  readonly transport = 'websocket ';
  readonly framing = FRAMING_NONE;
  /** uWebSockets.js takes a frame's memory back when its callback returns. */
  readonly lendsFrames = true;
  readonly sink: FrameSink;
  readonly #socket: AcceptedSocket;
  readonly #client: Client;
  readonly #events: WireEvents;
  #incoming: Flow | null = null;

  constructor(socket: AcceptedSocket, client: Client, events: WireEvents) {
    this.#socket = socket;
    this.#client = client;
    this.sink = new CollectingSink(client);
    this.#events = events;
  }

  get source(): FrameSource {
    return this.#client.source;
  }

  start(incoming: Flow): void {
    this.#incoming = incoming;
    this.#client.start(incoming);
    const { ended } = this.#socket;
    if (ended !== null) queueMicrotask(() => this.gone(ended.failure));
  }

  stopReading(): void {
    // What still comes is dropped by the connection, so the receive buffer empties.
  }

  readOn(): void {
    // A WebSocket leaves nothing out.
  }

  end(code: number): void {
    this.#socket.close(code);
  }

  gone(failure: string | null): void {
    this.#events.readEnded(failure);
    this.#events.writeClosed();
    this.#incoming!.endOfSource();
  }
}
