/**
 * The same server on Sluice's library: `library-echo.js uws` accepts with uWebSockets.js, `ws`
 * takes the sockets of a `ws` server. Prints its URL; ends when its stdin does.
 */
import { WebSocketServer } from 'ws';
import {
  type AcceptedSocket,
  acceptWebSockets,
  JsonRpcConnection,
  type JsonRpcId,
} from '../../src/index.js';

async function echo(connection: JsonRpcConnection): Promise<void> {
  const { incoming, outgoing } = connection.intoParts();
  for await (const event of incoming) {
    if (event.type !== 'message') return;
    const { id, params } = event.message;
    await outgoing.send({ jsonrpc: '2.0', id: id as JsonRpcId, result: params });
  }
}

process.stdin.resume().on('end', () => process.exit(0));
if (process.argv[2] === 'uws') {
  const onConnection = (socket: AcceptedSocket): Promise<void> =>
    echo(JsonRpcConnection.fromWebSocket(socket, 'client'));
  const { url } = await acceptWebSockets({ listen: 'ws://127.0.0.1:0', onConnection });
  process.stdout.write(`${url}\n`);
} else {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  server.on('connection', (socket) => {
    void echo(JsonRpcConnection.fromWebSocket(socket, 'client')).catch(() => socket.terminate());
  });
  server.on('listening', () => {
    const { port } = server.address() as { port: number };
    process.stdout.write(`ws://127.0.0.1:${port}\n`);
  });
}
