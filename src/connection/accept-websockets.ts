import { inspect } from 'node:util';
import { isMainThread } from 'node:worker_threads';
import { CLOSE_GOING_AWAY, CLOSE_INTERNAL_ERROR } from '../close-codes.js';
import { SluiceError, usageError } from '../errors.js';
import { ConnectionCount } from '../frontend/connection-count.js';
import { clientsWithinDescriptors } from '../frontend/descriptor-room.js';
import { MAX_PING_INTERVAL_SECONDS } from '../frontend/idle-timeout.js';
import { loadFrontEnd } from '../frontend/load-front-end.js';
import type { TlsFiles } from '../frontend/tls-files.js';
import type { WebSocketFrontEnd } from '../frontend/websocket-front-end.js';
import {
  LARGEST_BUFFER_BYTES,
  LARGEST_CONNECTIONS,
  LARGEST_PAYLOAD_BYTES,
  MAX_CONNECTIONS,
  MAX_PAYLOAD_BYTES,
  PING_INTERVAL_SECONDS,
  RECEIVE_BUFFER_BYTES,
  SMALLEST_BYTES,
} from '../limits.js';
import type { Logger } from '../log.js';
import { allowedHost, allowedOrigin } from '../options/access-lists.js';
import {
  checkNames,
  functionOption,
  listOption,
  loggerOption,
  numberOption,
  type OptionNames,
} from '../options/library-options.js';
import { parseListenUrl, type WebSocketAddress } from '../options/listen-url.js';
import type { Client } from '../session/client.js';
import { AcceptedSocket } from './accepted-socket.js';

export interface AcceptWebSocketsOptions {
  /** `ws://IP:PORT` or, with `tls`, `wss://IP:PORT`; port 0 picks one. */
  readonly listen: string;
  /** PEM files, for `wss://`. */
  readonly tls?: TlsFiles;
  /**
   * Called for each client, on the thread that listens. When it throws or rejects, the socket is
   * closed with 1011 and `onError` is told, unless it is SLUICE_ERR_DISCONNECTED: the client has
   * left.
   */
  readonly onConnection: (socket: AcceptedSocket) => void | Promise<void>;
  /**
   * Not said: the error is an unhandled rejection, which ends the process where nothing handles
   * these.
   */
  readonly onError?: (error: unknown) => void;
  /**
   * The largest message, in bytes; a larger one closes with 1009, one above twice that without a
   * code; default 16 MiB.
   */
  readonly maxPayloadBytes?: number;
  /** Bytes of a client that wait while its ring is full; default 4 MiB. */
  readonly receiveBufferBytes?: number;
  /**
   * Clients in all; above, the upgrade gets 503; default 10,000, or what `ulimit -n` has room for.
   */
  readonly maxConnections?: number;
  /** Of these, from one address; default 0, no limit of its own. */
  readonly maxConnectionsPerAddress?: number;
  /**
   * Silent clients are pinged after this, and closed when they do not answer; 1 to 944, default 30.
   */
  readonly pingIntervalSeconds?: number;
  /** Web pages that may connect, by origin; `*` allows all; default none. */
  readonly allowedOrigins?: readonly string[];
  /** `Host` names we are reached by, beside our own addresses; `*` allows all. */
  readonly allowedHosts?: readonly string[];
  /** A pino logger that hears of refused clients; default: silent. */
  readonly log?: Logger;
}

/** What accepts WebSockets; it keeps the process alive until it is closed. */
export interface WebSocketAcceptor {
  /** Where it listens, with the port that was picked. */
  readonly url: string;
  /** Accepts no further clients. */
  stopAccepting(): void;
  /** Accepts no further clients and closes those that are there with 1001. */
  close(): void;
}

/**
 * Accepts WebSocket clients on uWebSockets.js, as the gateway does.
 * @throws SluiceError SLUICE_ERR_LISTEN, SLUICE_ERR_TLS, SLUICE_ERR_UWEBSOCKETS; SLUICE_ERR_USAGE
 *   for a wrong option
 */
export async function acceptWebSockets(
  options: AcceptWebSocketsOptions,
): Promise<WebSocketAcceptor> {
  checkNames(options, NAMES);
  const { host, port, kind } = addressOf(options.listen);
  const tls = tlsOption(options, kind);
  const log = loggerOption(options.log);
  functionOption('onConnection', options.onConnection);
  if (options.onError !== undefined) functionOption('onError', options.onError);
  // Loaded when it is needed: a program that only uses streams has no use for the native server.
  const FrontEnd = await loadFrontEnd();
  const frontEnd = await FrontEnd.listen({
    host,
    port,
    tls,
    maxPayloadBytes: numberOption('maxPayloadBytes', options.maxPayloadBytes, PAYLOAD),
    receiveBufferBytes: numberOption(
      'receiveBufferBytes',
      options.receiveBufferBytes,
      RECEIVE_BUFFER,
    ),
    clientOverflowBytes: 0,
    pingIntervalSeconds: numberOption(
      'pingIntervalSeconds',
      options.pingIntervalSeconds,
      PING_INTERVAL,
    ),
    allowedOrigins: listOption('allowedOrigins', options.allowedOrigins, allowedOrigin),
    allowedHosts: listOption('allowedHosts', options.allowedHosts, allowedHost),
    connections: new ConnectionCount(
      Math.min(
        numberOption('maxConnections', options.maxConnections, CONNECTIONS),
        clientsWithinDescriptors(1),
      ),
      numberOption(
        'maxConnectionsPerAddress',
        options.maxConnectionsPerAddress,
        CONNECTIONS_PER_ADDRESS,
      ),
    ),
    acceptor: { accept: (client, address) => accept(client, address, options) },
    log,
    draining: never,
    down: never,
  });
  if (!isMainThread) destroyAtEndOfThread(frontEnd);
  return {
    url: frontEnd.url,
    stopAccepting: () => frontEnd.stopAccepting(),
    close: () => frontEnd.close(CLOSE_GOING_AWAY, 'going away'),
  };
}

function accept(
  client: Client,
  address: string | null,
  { onConnection, onError }: AcceptWebSocketsOptions,
): AcceptedSocket {
  const socket = new AcceptedSocket(client, address ?? '');
  // In its own turn: the front end has to know the socket's session before anyone closes it.
  void Promise.resolve()
    .then(() => onConnection(socket))
    .catch((error: unknown) => {
      socket.close(CLOSE_INTERNAL_ERROR, 'internal error');
      if (error instanceof SluiceError && error.code === 'SLUICE_ERR_DISCONNECTED') return;
      if (onError === undefined) throw error;
      onError(error);
    });
  return socket;
}

/** Of this thread. */
const frontEnds: WebSocketFrontEnd[] = [];

/** What uWebSockets.js has open when a thread ends ends the whole process. */
function destroyAtEndOfThread(frontEnd: WebSocketFrontEnd): void {
  if (frontEnds.length === 0) {
    process.once('exit', () => {
      for (const each of frontEnds) each.destroy();
    });
  }
  frontEnds.push(frontEnd);
}

/** Of this module: a function made in acceptWebSockets() would keep all that is there. */
const never = (): boolean => false;

const NAMES: OptionNames<AcceptWebSocketsOptions> = {
  listen: true,
  tls: true,
  onConnection: true,
  onError: true,
  maxPayloadBytes: true,
  receiveBufferBytes: true,
  maxConnections: true,
  maxConnectionsPerAddress: true,
  pingIntervalSeconds: true,
  allowedOrigins: true,
  allowedHosts: true,
  log: true,
};
const TLS_NAMES: OptionNames<TlsFiles> = { certFile: true, keyFile: true };
const PAYLOAD = { fallback: MAX_PAYLOAD_BYTES, min: 1, max: LARGEST_PAYLOAD_BYTES };
const RECEIVE_BUFFER = {
  fallback: RECEIVE_BUFFER_BYTES,
  min: SMALLEST_BYTES,
  max: LARGEST_BUFFER_BYTES,
};
const CONNECTIONS = { fallback: MAX_CONNECTIONS, min: 1, max: LARGEST_CONNECTIONS };
const CONNECTIONS_PER_ADDRESS = { fallback: 0, max: LARGEST_CONNECTIONS };
const PING_INTERVAL = { fallback: PING_INTERVAL_SECONDS, min: 1, max: MAX_PING_INTERVAL_SECONDS };

/**
 * The files for `wss://`; null for `ws://`, where none are wanted: what was meant to be encrypted
 * must not go in the clear.
 */
function tlsOption({ listen, tls }: AcceptWebSocketsOptions, kind: 'ws' | 'wss'): TlsFiles | null {
  const isGiven = tls !== undefined && (tls as unknown) !== null;
  if (kind === 'ws') {
    if (isGiven) throw usageError(`the option tls is for wss://, and listen is ${listen}`);
    return null;
  }
  if (!isGiven) throw usageError(`${listen} needs the option tls`);
  checkNames(tls, TLS_NAMES);
  for (const name of ['certFile', 'keyFile'] as const) {
    if (typeof tls[name] !== 'string') {
      throw usageError(`tls.${name} is the path of a PEM file, not ${inspect(tls[name])}`);
    }
  }
  return tls;
}

function addressOf(listen: string): WebSocketAddress {
  const address = parseListenUrl(listen, 'listen');
  if (address !== null) return address;
  throw usageError(`listen takes ws://IP:PORT or wss://IP:PORT; "${listen}" is neither`);
}
