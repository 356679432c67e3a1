import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type ServerOptions, WebSocketServer } from 'ws';
import type { HasAfter } from './temporary-folder.js';

export interface ListeningServer {
  readonly server: WebSocketServer;
  readonly url: string;
  /** Ends its connections and listens no more. */
  readonly close: () => Promise<void>;
}

/** A `ws` server on a free port, or the one in `options`; closed at the end of what it is for. */
export async function webSocketServer(
  t: HasAfter,
  options: ServerOptions = {},
): Promise<ListeningServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...options });
  const close = async (): Promise<void> => {
    for (const client of server.clients) client.terminate();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(close);
  await once(server, 'listening');
  return { server, url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}
