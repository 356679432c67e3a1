import { WebSocketServer } from 'ws';

/**
 * The server that people write: `ws`, JSON.parse, JSON.stringify. Prints its URL; ends when its
 * stdin does.
 */
interface Request {
  readonly id: unknown;
  readonly params: unknown;
}

const server = new WebSocketServer({ host: '127.0.0.1', port: 0, maxPayload: 64 * 1024 * 1024 });
server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    const { id, params } = JSON.parse(data.toString('utf8')) as Request;
    socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: params }));
  });
});
server.on('listening', () => {
  const { port } = server.address() as { port: number };
  process.stdout.write(`ws://127.0.0.1:${port}\n`);
});
process.stdin.resume().on('end', () => process.exit(0));
