import uWS from 'uWebSockets.js';
import { messageOf } from '../errors.js';
import { NATIVE_BACKPRESSURE_MARGIN_BYTES, NATIVE_PAYLOAD_FACTOR } from '../limits.js';
import type { Logger } from '../log.js';
import { hostAndPort } from '../options/listen-url.js';
import type { ClientAcceptor } from '../session/client.js';
import { AccessPolicy } from './access-policy.js';
import { ClientLog } from './client-log.js';
import type { ConnectionCount } from './connection-count.js';
import { idleTimeoutSeconds } from './idle-timeout.js';
import { listenError } from './listen-error.js';
import { ReadGate } from './read-gate.js';
import { checkTlsFiles, type TlsFiles, tlsError } from './tls-files.js';
import { type SocketData, WebSocketClient } from './websocket-client.js';

export interface WebSocketFrontEndOptions {
  readonly host: string;
  /** 0 picks one. */
  readonly port: number;
  /** Given: serve `wss://` with this certificate and key (PEM files). */
  readonly tls: TlsFiles | null;
  readonly maxPayloadBytes: number;
  readonly receiveBufferBytes: number;
  /** What a slow client may have waiting in the modes shared and pool. */
  readonly clientOverflowBytes: number;
  readonly pingIntervalSeconds: number;
  readonly allowedOrigins: readonly string[];
  readonly allowedHosts: readonly string[];
  readonly connections: ConnectionCount;
  readonly acceptor: ClientAcceptor;
  readonly log: Logger;
  /** No more clients are accepted, because of a stop. */
  readonly draining: () => boolean;
  /** Whoever would serve a client is down: with `draining` what `/readyz` says. */
  readonly down: () => boolean;
}

/** What the front end's own callbacks know of its options. */
type Listening = Omit<WebSocketFrontEndOptions, 'acceptor'>;

/**
 * Who takes clients; null: nobody any more. uWebSockets.js keeps the callbacks of an app that is
 * closed for ever, and they must not keep what belongs to an application.
 */
interface Entrance {
  acceptor: ClientAcceptor | null;
}

const MAX_INT32 = 2 ** 31 - 1;
/**
 * Without it a second gateway could listen on the same port and share its clients, which is
 * a mistake more often than a wish. The type declarations leave this form of listen() out.
 */
const LISTEN_EXCLUSIVE_PORT = 1;
interface ExclusiveListener {
  listen(
    host: string,
    port: number,
    options: number,
    callback: (socket: uWS.us_listen_socket | false) => void,
  ): unknown;
}

/** Who is refused leaves: kept alive for another request, its connection would count nowhere. */
const CLOSE_CONNECTION = true;

/** Accepts WebSocket clients on one address with uWebSockets.js, on the main thread. */
export class WebSocketFrontEnd {
  /** Where it listens, with the port that was picked. */
  readonly url: string;
  readonly #app: uWS.TemplatedApp;
  readonly #clients: Set<WebSocketClient>;
  readonly #entrance: Entrance;
  #listening: uWS.us_listen_socket | null;

  private constructor(
    app: uWS.TemplatedApp,
    listening: uWS.us_listen_socket,
    url: string,
    clients: Set<WebSocketClient>,
    entrance: Entrance,
  ) {
    this.#app = app;
    this.#entrance = entrance;
    this.#listening = listening;
    this.url = url;
    this.#clients = clients;
  }

  /** @throws SluiceError SLUICE_ERR_LISTEN, SLUICE_ERR_TLS */
  static async listen(options: WebSocketFrontEndOptions): Promise<WebSocketFrontEnd> {
    const { host, port } = options;
    const clients = new Set<WebSocketClient>();
    const { acceptor, ...listening } = options;
    const entrance: Entrance = { acceptor };
    const app = createApp(options.tls);
    addHealth(app, listening);
    addWebSockets(app, listening, clients, entrance);
    const listenSocket = await new Promise<uWS.us_listen_socket | false>((resolve) => {
      (app as unknown as ExclusiveListener).listen(host, port, LISTEN_EXCLUSIVE_PORT, resolve);
    });
    if (listenSocket === false) {
      app.close();
      throw await listenError(host, port);
    }
    const scheme = options.tls === null ? 'ws' : 'wss';
    const url = `${scheme}://${hostAndPort(host, uWS.us_socket_local_port(listenSocket))}`;
    return new WebSocketFrontEnd(app, listenSocket, url, clients, entrance);
  }

  /** Accepts no further clients. */
  stopAccepting(): void {
    if (this.#listening === null) return;
    uWS.us_listen_socket_close(this.#listening);
    this.#listening = null;
    this.#entrance.acceptor = null;
  }

  /** Accepts no further clients, and closes those that are there with this code. */
  close(code: number, reason: string): void {
    this.stopAccepting();
    for (const client of this.#clients) client.close(code, reason);
  }

  /** Ends what is still connected, at once. */
  destroy(): void {
    this.stopAccepting();
    this.#app.close();
  }
}

function createApp(tls: WebSocketFrontEndOptions['tls']): uWS.TemplatedApp {
  if (tls === null) return uWS.App();
  checkTlsFiles(tls);
  try {
    return uWS.SSLApp({ cert_file_name: tls.certFile, key_file_name: tls.keyFile });
  } catch (error) {
    throw tlsError(tls, messageOf(error), error);
  }
}

function addHealth(app: uWS.TemplatedApp, { draining, down }: Listening): void {
  app.get('/healthz', (response) => {
    response.end('ok\n');
  });
  app.get('/readyz', (response) => {
    if (!draining() && !down()) response.end('ready\n');
    else {
      const why = draining() ? 'draining' : 'the server is down';
      response.writeStatus('503 Service Unavailable').end(`${why}\n`);
    }
  });
  app.any('/*', (response) => {
    response.writeStatus('426 Upgrade Required').end('connect with a WebSocket client\n');
  });
}

function addWebSockets(
  app: uWS.TemplatedApp,
  options: Listening,
  clients: Set<WebSocketClient>,
  entrance: Entrance,
): void {
  const { connections, log } = options;
  const gate = new ReadGate<SocketData>();
  const clientLog = new ClientLog(log);
  const settings = { ...options, clientLog };
  app.ws<SocketData>('/*', {
    compression: uWS.DISABLED,
    maxPayloadLength: options.maxPayloadBytes * NATIVE_PAYLOAD_FACTOR,
    maxBackpressure: Math.min(
      options.maxPayloadBytes * 2 + options.clientOverflowBytes + NATIVE_BACKPRESSURE_MARGIN_BYTES,
      MAX_INT32,
    ),
    idleTimeout: idleTimeoutSeconds(options.pingIntervalSeconds),
    sendPingsAutomatically: true,
    upgrade: upgrader(options, clientLog, gate, entrance),
    open: (socket) => {
      const data = socket.getUserData();
      gate.opened(socket);
      const client = new WebSocketClient(socket, data.address, settings, gate);
      data.client = client;
      clients.add(client);
      clientLog.connected(client);
      client.attach(entrance.acceptor!.accept(client, data.address));
    },
    message: (socket, bytes) => {
      socket.getUserData().client!.message(bytes);
    },
    drain: (socket) => {
      socket.getUserData().client!.drained();
    },
    close: (socket, code, message) => {
      const { client, address } = socket.getUserData();
      clients.delete(client!);
      connections.leave(address);
      const reason = Buffer.from(message).toString('utf8');
      client!.gone(code, reason);
      clientLog.disconnected(client!, code, reason);
    },
  });
}

/** What makes a WebSocket of a request, or refuses it. */
function upgrader(
  options: Listening,
  clientLog: ClientLog,
  gate: ReadGate<SocketData>,
  entrance: Entrance,
): NonNullable<uWS.WebSocketBehavior<SocketData>['upgrade']> {
  const policy = new AccessPolicy({ ...options, listenHost: options.host });
  return (response, request, context) => {
    const address = Buffer.from(response.getRemoteAddressAsText()).toString();
    const refuse = (status: string, why: string): void => {
      response.writeStatus(status).end(`${why}\n`, CLOSE_CONNECTION);
      // Last: what an application's logger throws must not leave the request without an answer.
      clientLog.refused(address, why);
    };
    const refusal = policy.refusal(request.getHeader('origin'), request.getHeader('host'));
    if (refusal !== null) refuse('403 Forbidden', refusal);
    else if (options.draining() || entrance.acceptor === null)
      refuse('503 Service Unavailable', 'the gateway is stopping');
    else if (!options.connections.enter(address)) {
      refuse('503 Service Unavailable', 'too many connections');
    } else {
      gate.learn(response);
      response.upgrade<SocketData>(
        { client: null, address },
        request.getHeader('sec-websocket-key'),
        chosenProtocol(request.getHeader('sec-websocket-protocol')),
        request.getHeader('sec-websocket-extensions'),
        context,
      );
    }
  };
}

/** MCP over WebSocket asks for the subprotocol `mcp`; what is asked for first is what it gets. */
function chosenProtocol(offered: string): string {
  return offered.split(',', 1)[0]!.trim();
}
