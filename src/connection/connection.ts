import type { Readable, Writable } from 'node:stream';
import { inspect } from 'node:util';
import type { WebSocket } from 'ws';
import { usageError } from '../errors.js';
import { FRAMINGS, type Framing } from '../framing/splitter.js';
import { LARGEST_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES } from '../limits.js';
import {
  checkNames,
  choiceOption,
  numberOption,
  type OptionNames,
} from '../options/library-options.js';
import { AcceptedSocket } from './accepted-socket.js';
import type { ConnectionEvent } from './incoming.js';
import type { OutgoingMessages } from './outgoing.js';
import { JsonRpcRuntime } from './runtime.js';
import { StdioWire } from './stdio-wire.js';
import { WebSocketWire } from './websocket-wire.js';
import { Wiring, type WiringOptions } from './wiring.js';

export interface ConnectionOptions {
  /**
   * What a frame that is no JSON-RPC message does: `disconnect` ends the connection with a
   * reason, `report` makes it an event of type `malformed` and reads on; default `disconnect`.
   */
  readonly malformed?: 'disconnect' | 'report';
  /** Worker threads and lanes; default: JsonRpcRuntime.shared(). */
  readonly runtime?: JsonRpcRuntime;
}

export interface StdioOptions extends ConnectionOptions {
  /** `ndjson`: a message is a line; `content-length`: as language servers do; default `ndjson`. */
  readonly framing?: Framing;
  /**
   * The largest message that is read, in bytes; a larger one counts as malformed; default 16 MiB.
   */
  readonly maxPayloadBytes?: number;
  /**
   * True: after a regular end of `readable`, sending goes on until outgoing.end() or until
   * `writable` closes. Default false: once the iterator has yielded `disconnected`, send() rejects.
   */
  readonly allowHalfOpen?: boolean;
}

/** The parts of a connection, which work independently of each other. */
export interface ConnectionParts {
  readonly outgoing: OutgoingMessages;
  /**
   * Events in order, for one consumer; the last one is `disconnected`. While 128 messages (or
   * 2 MiB) wait to be taken from here, the other side is not read. Leaving the loop stops reading.
   */
  readonly incoming: AsyncIterableIterator<ConnectionEvent, undefined>;
  /**
   * Of the reader and of the writer: settled when nothing more is read, and when nothing more
   * is written. They never reject; the reason is in the `disconnected` event.
   */
  readonly tasks: readonly [reader: Promise<void>, writer: Promise<void>];
}

/**
 * A JSON-RPC connection over two byte streams or a WebSocket: messages in and out, checked
 * completely, with at most 128 pending in each direction. Requests are not
 * matched with replies: that is the application's. Everything happens on the thread that made it,
 * except the parsing of what is worth a hand-over to the runtime's worker threads.
 *
 * Reading begins at once; make the connection before the other side's first message can come.
 */
export class JsonRpcConnection {
  readonly #parts: ConnectionParts;

  private constructor(options: WiringOptions) {
    const { outgoing, incoming, reader, writer } = new Wiring(options);
    this.#parts = { outgoing, incoming, tasks: [reader, writer] };
  }

  /**
   * Over two byte streams: a child's `stdout` and `stdin`, our own standard input and output, or
   * a socket given as both. The streams remain their owner's: a failure leaves `readable` paused,
   * and only outgoing.end() ends `writable`.
   *
   * @param label - names the other side in reasons
   * @throws SluiceError SLUICE_ERR_USAGE for a wrong option
   */
  static fromStdio(
    readable: Readable,
    writable: Writable,
    label: string,
    options: StdioOptions = {},
  ): JsonRpcConnection {
    if (!hasMethods(readable, ['on', 'pause']) || !hasMethods(writable, ['on', 'write'])) {
      throw usageError('fromStdio takes a readable and a writable stream');
    }
    checkNames(options, STDIO_OPTIONS);
    const { allowHalfOpen = false } = options;
    if (typeof allowHalfOpen !== 'boolean') {
      throw usageError(`allowHalfOpen is true or false, not ${inspect(allowHalfOpen)}`);
    }
    const framing = choiceOption('framing', options.framing, FRAMINGS);
    const maxPayloadBytes = numberOption('maxPayloadBytes', options.maxPayloadBytes, {
      fallback: MAX_PAYLOAD_BYTES,
      min: 1,
      max: LARGEST_PAYLOAD_BYTES,
    });
    return new JsonRpcConnection({
      ...common(label, options),
      allowHalfOpen,
      createWire: (events) =>
        new StdioWire({ readable, writable, framing, maxPayloadBytes }, events),
    });
  }

  /**
   * Over a WebSocket: one of `ws`, connecting or open, or one that acceptWebSockets() accepted. The
   * connection owns it: after the `disconnected` event it is closed (1007 after a malformed
   * message, 1011 after another failure of ours). Text and binary messages are the same; messages
   * are sent as text. The limit on what comes in is the socket's own (`maxPayload` of `ws`, above
   * which reading fails).
   *
   * @param label - names the other side in reasons
   * @throws SluiceError SLUICE_ERR_USAGE for a wrong option
   */
  static fromWebSocket(
    socket: WebSocket | AcceptedSocket,
    label: string,
    options: ConnectionOptions = {},
  ): JsonRpcConnection {
    if (!(socket instanceof AcceptedSocket) && !hasMethods(socket, ['on', 'send', 'pause'])) {
      throw usageError(
        'fromWebSocket takes a socket of the package ws, or one that acceptWebSockets() accepted',
      );
    }
    checkNames(options, CONNECTION_OPTIONS);
    const parts = common(label, options);
    if (connected.has(socket)) throw usageError('this socket has a connection already');
    connected.add(socket);
    return new JsonRpcConnection({
      ...parts,
      allowHalfOpen: false,
      createWire: (events) =>
        socket instanceof AcceptedSocket ? socket.open(events) : new WebSocketWire(socket, events),
    });
  }

  /** The connection's parts; the same ones at each call. */
  intoParts(): ConnectionParts {
    return this.#parts;
  }
}

/** Sockets that a connection owns: a second one would take its messages. */
const connected = new WeakSet<object>();

/** Whether callers without types have handed over what can do this. */
function hasMethods(value: unknown, names: readonly string[]): boolean {
  const methods = value as Readonly<Record<string, unknown>> | null | undefined;
  return names.every((name) => typeof methods?.[name] === 'function');
}

const CONNECTION_OPTIONS: OptionNames<ConnectionOptions> = { malformed: true, runtime: true };
const STDIO_OPTIONS: OptionNames<StdioOptions> = {
  ...CONNECTION_OPTIONS,
  framing: true,
  maxPayloadBytes: true,
  allowHalfOpen: true,
};

function common(
  label: string,
  options: ConnectionOptions,
): Pick<WiringOptions, 'label' | 'lane' | 'reportMalformed'> {
  if (typeof label !== 'string') {
    throw usageError(`the label is a text that names the other side, not ${inspect(label)}`);
  }
  const malformed = choiceOption('malformed', options.malformed, ['disconnect', 'report']);
  const { runtime = JsonRpcRuntime.shared() } = options;
  if (!(runtime instanceof JsonRpcRuntime)) {
    throw usageError(`runtime is what JsonRpcRuntime.start() resolves to, not ${inspect(runtime)}`);
  }
  return { label, lane: runtime.nextLane(), reportMalformed: malformed === 'report' };
}
