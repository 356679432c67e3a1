import { once } from 'node:events';
import type { TestContext } from 'node:test';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { WebSocket } from 'ws';

/** MCP over a WebSocket, for the client of the MCP SDK: its own transport needs a newer Node. */
export class McpTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: (message: JSONRPCMessage) => void;
  readonly #socket: WebSocket;

  constructor(t: TestContext, url: string) {
    this.#socket = new WebSocket(url, 'mcp');
    t.after(() => this.#socket.terminate());
    this.#socket.on('message', (data) => {
      const message = JSON.parse((data as Buffer).toString()) as JSONRPCMessage;
      // In a turn of its own: the SDK drops progress that comes in one turn with the result.
      setImmediate(() => this.onmessage?.(message));
    });
    this.#socket.on('error', (error) => this.onerror?.(error));
    this.#socket.on('close', () => this.onclose?.());
  }

  async start(): Promise<void> {
    await once(this.#socket, 'open');
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.send(JSON.stringify(message), (error) => {
        if (error) reject(error);
        else resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.#socket.close();
    if (this.#socket.readyState !== WebSocket.CLOSED) await once(this.#socket, 'close');
  }
}
