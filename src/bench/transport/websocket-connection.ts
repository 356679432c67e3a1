import net from 'node:net';
import tls from 'node:tls';
import { MAX_UPGRADE_HEAD_BYTES, READ_BUFFER_BYTES } from '../bench-limits.js';
import { closeFrame, maskedFrame, OPCODE_PONG } from '../framing/websocket-frame.js';
import { WebSocketHandshake } from '../framing/websocket-handshake.js';
import { WebSocketReader, type WebSocketSink } from '../framing/websocket-reader.js';
import {
  ConnectFailure,
  type ConnectFailureKind,
  type Connection,
  type ConnectionOwner,
} from './connection.js';
import type { WebSocketTarget } from './target.js';

/** All plain sockets of a thread read into it: a chunk is used up before the next read begins. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
const HEAD_END = '\r\n\r\n';
const NORMAL_CLOSURE = 1000;
const ABNORMAL_CLOSURE = 1006;
/** How long a server may take to answer our close frame before the socket is cut. */
const CLOSE_TIMEOUT_MS = 1_000;

/** A WebSocket client on a raw socket; frames are written by the owner. */
export class WebSocketConnection implements Connection, WebSocketSink {
  readonly pid = null;
  readonly #owner: ConnectionOwner;
  readonly #socket: net.Socket;
  readonly #reader: WebSocketReader;
  readonly #handshake: WebSocketHandshake;
  /** The head of the upgrade answer as far as it has come; null once it is complete. */
  #head: Buffer | null = Buffer.alloc(0);
  /** How far the connection has come, and so what a failure now is a failure of. */
  #stage: ConnectFailureKind = 'connect';
  #closeCode = 0;
  #isClosing = false;
  #isEnded = false;
  #settle: ((failure: ConnectFailure | null) => void) | null = null;

  private constructor(target: WebSocketTarget, owner: ConnectionOwner) {
    this.#owner = owner;
    this.#reader = new WebSocketReader(this);
    this.#handshake = new WebSocketHandshake(target);
    const url = new URL(target.url);
    const isTls = url.protocol === 'wss:';
    const host = url.hostname.replace(/^\[|\]$/g, '');
    const port = Number(url.port === '' ? (isTls ? 443 : 80) : url.port);
    this.#socket = isTls
      ? tls.connect({
          host,
          port,
          rejectUnauthorized: !target.isInsecure,
          ...(net.isIP(host) === 0 ? { servername: host } : {}),
        })
      : net.connect({ host, port, onread: { buffer: readBuffer, callback: this.#onRead } });
    this.#listen(isTls);
  }

  /** Connects and upgrades; rejects with ConnectFailure. */
  static open(
    target: WebSocketTarget,
    owner: ConnectionOwner,
    timeoutMs: number,
  ): Promise<WebSocketConnection> {
    const connection = new WebSocketConnection(target, owner);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        connection.#fail(`no answer to the upgrade within ${timeoutMs / 1_000} s`);
      }, timeoutMs);
      connection.#settle = (failure) => {
        clearTimeout(timer);
        connection.#settle = null;
        if (failure === null) resolve(connection);
        else {
          connection.#isEnded = true;
          connection.#socket.destroy();
          reject(failure);
        }
      };
    });
  }

  get isWriteDone(): boolean {
    return this.#socket.writableLength === 0;
  }

  write(bytes: Buffer): boolean {
    return this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  close(): Promise<void> {
    this.#isClosing = true;
    const socket = this.#socket;
    if (socket.destroyed) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT_MS);
      socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      socket.resume();
      socket.write(closeFrame(NORMAL_CLOSURE));
    });
  }

  onMessage(bytes: Buffer, start: number, end: number): void {
    this.#owner.onMessage(bytes, start, end);
  }

  onBroken(reason: string): void {
    this.#owner.onBroken(reason);
    this.#end('protocol-error', reason);
    this.#socket.destroy();
  }

  onPing(bytes: Buffer, start: number, end: number): void {
    this.#socket.write(maskedFrame(OPCODE_PONG, bytes.subarray(start, end)));
  }

  onClose(code: number, reason: string): void {
    this.#closeCode = code;
    if (this.#isClosing) {
      this.#socket.destroy();
      return;
    }
    // 1005 and 1006 must not go over the wire (RFC 6455 section 7.4.1).
    this.#socket.end(closeFrame(code === 1005 ? NORMAL_CLOSURE : code));
    const why = reason === '' ? '' : `: ${reason}`;
    this.#end('closed', `the server closed the connection with ${code}${why}`);
  }

  #listen(isTls: boolean): void {
    const socket = this.#socket;
    socket.setNoDelay(true);
    socket.on('connect', () => {
      this.#stage = isTls ? 'tls' : 'upgrade';
    });
    socket.on(isTls ? 'secureConnect' : 'connect', () => {
      this.#stage = 'upgrade';
      socket.write(this.#handshake.request());
    });
    // TLS has no read into a given buffer.
    if (isTls) socket.on('data', (chunk: Buffer) => this.#onRead(chunk.length, chunk));
    socket.on('drain', () => this.#owner.onWritable());
    socket.on('error', (error) => {
      this.#fail(this.#stage === 'tls' ? tlsReason(error) : connectReason(error));
      this.#end('closed', error.message);
    });
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      // A server that waits for TLS does not understand the upgrade, and says nothing.
      const hint = !isTls && this.#head?.length === 0 ? '; is it wss:// and not ws://?' : '';
      this.#fail(`the server closed the connection during the upgrade${hint}`);
      this.#end('closed', 'the server closed the connection without a close frame');
    });
  }

  readonly #onRead = (length: number, chunk: Uint8Array): boolean => {
    const bytes = chunk as Buffer;
    if (this.#isEnded) return true;
    if (this.#head !== null) {
      this.#onHead(bytes, length);
      return true;
    }
    this.#owner.onChunk(length);
    this.#reader.push(bytes, 0, length);
    this.#owner.onChunkEnd();
    return true;
  };

  #onHead(chunk: Buffer, length: number): void {
    const head = Buffer.concat([this.#head ?? Buffer.alloc(0), chunk.subarray(0, length)]);
    const end = head.indexOf(HEAD_END);
    this.#head = head;
    if (end === -1) {
      if (head.length > MAX_UPGRADE_HEAD_BYTES) this.#fail('the upgrade answer has no end');
      return;
    }
    const refusal = this.#handshake.refusal(head.toString('latin1', 0, end));
    if (refusal !== null) {
      this.#fail(refusal);
      return;
    }
    this.#head = null;
    this.#settle?.(null);
    this.#owner.onOpened(this);
    // Frames may have come together with the answer.
    const first = head.subarray(end + HEAD_END.length);
    if (first.length > 0) this.#onRead(first.length, first);
  }

  /** Before the connection is established: rejects open(). Afterwards: nothing. */
  #fail(reason: string): void {
    this.#settle?.(new ConnectFailure(this.#stage, reason));
  }

  #end(kind: 'closed' | 'protocol-error', reason: string): void {
    if (this.#isEnded || this.#isClosing) return;
    this.#isEnded = true;
    const code = this.#closeCode === 0 ? ABNORMAL_CLOSURE : this.#closeCode;
    this.#owner.onEnded({ kind, closeCode: String(code), reason });
  }
}

/** What to do about the usual errors of the system, by their codes. */
const CONNECT_HINTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: '; start the server, or check the port',
  ENOTFOUND: '; check the name of the host',
  EMFILE: '; lower --connections, or raise ulimit -n',
};

function connectReason(error: NodeJS.ErrnoException): string {
  return `cannot connect: ${error.message}${CONNECT_HINTS[error.code ?? ''] ?? ''}`;
}

/** OpenSSL words its errors for those who have its source; the usual ones deserve better. */
function tlsReason(error: NodeJS.ErrnoException): string {
  if (/wrong version number|unknown protocol/.test(error.message)) {
    return 'cannot connect: the server does not speak TLS; is it ws:// and not wss://?';
  }
  const isCertificate = /CERT|SIGNATURE|ALTNAME/.test(error.code ?? '');
  return `cannot connect: ${error.message}${isCertificate ? ' (--insecure takes any certificate)' : ''}`;
}
