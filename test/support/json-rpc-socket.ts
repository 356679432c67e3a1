import { once } from 'node:events';
import type { TestContext } from 'node:test';
import { type ClientOptions, WebSocket } from 'ws';
import { within } from './until.js';

/** A JSON-RPC message as a test looks at it. */
export interface Message {
  readonly jsonrpc?: string;
  readonly id?: string | number | null;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: {
    readonly code: number;
    readonly message: string;
    readonly data?: {
      readonly reason?: string;
      readonly retryable?: boolean;
      readonly detail?: string;
    };
  };
}

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** A WebSocket client that speaks JSON-RPC, closed with its test. */
export class JsonRpcSocket {
  readonly socket: WebSocket;
  readonly closed: Promise<Close>;
  /** Frames that nobody has asked for yet, oldest first. */
  readonly #frames: string[] = [];
  readonly #readers: ((frame: string) => void)[] = [];
  readonly #awaited = new Map<string | number, (message: Message) => void>();
  #nextId = 1;

  private constructor(t: TestContext, url: string, options: ClientOptions) {
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    this.closed = once(this.socket, 'close').then(([code, reason]) => ({
      code: code as number,
      reason: (reason as Buffer).toString(),
    }));
    this.socket.on('message', (data) => this.#received((data as Buffer).toString()));
    t.after(() => this.socket.terminate());
  }

  static async open(
    t: TestContext,
    url: string,
    options: ClientOptions = {},
  ): Promise<JsonRpcSocket> {
    const client = new JsonRpcSocket(t, url, options);
    await within('the connection', once(client.socket, 'open'));
    return client;
  }

  /** Sends bytes as they are. */
  send(frame: string | Uint8Array, binary = typeof frame !== 'string'): void {
    this.socket.send(frame, { binary });
  }

  notify(method: string, params?: unknown): void {
    this.send(JSON.stringify({ jsonrpc: '2.0', method, params }));
  }

  /** The answer to a request, whatever comes before it. */
  request(method: string, params?: unknown, withinMs?: number): Promise<Message> {
    const id = this.#nextId++;
    const answer = new Promise<Message>((resolve) => this.#awaited.set(id, resolve));
    this.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return this.#unlessClosed(`the answer to ${method}`, answer, withinMs);
  }

  /** The next frame that is not the answer to a request(). */
  nextFrame(withinMs?: number): Promise<string> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    const coming = new Promise<string>((resolve) => this.#readers.push(resolve));
    return this.#unlessClosed('a message', coming, withinMs);
  }

  async next(withinMs?: number): Promise<Message> {
    return JSON.parse(await this.nextFrame(withinMs)) as Message;
  }

  /** The close frame's code and reason, when it has come. */
  close(): Promise<Close> {
    return within('the end of the connection', this.closed);
  }

  #unlessClosed<T>(what: string, coming: Promise<T>, withinMs?: number): Promise<T> {
    const closed = this.closed.then(({ code, reason }): never => {
      throw new Error(`closed with ${code} ${reason} before ${what}`);
    });
    return within(what, Promise.race([coming, closed]), withinMs);
  }

  #received(frame: string): void {
    const { id, method } = JSON.parse(frame) as Message;
    const awaited = method === undefined ? this.#awaited.get(id ?? '') : undefined;
    if (awaited !== undefined) {
      this.#awaited.delete(id!);
      awaited(JSON.parse(frame) as Message);
      return;
    }
    const reader = this.#readers.shift();
    if (reader === undefined) this.#frames.push(frame);
    else reader(frame);
  }
}
