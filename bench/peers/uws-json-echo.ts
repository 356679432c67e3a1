import uWS from 'uWebSockets.js';

/**
 * uWebSockets.js with JSON.parse and JSON.stringify on one thread. Prints its URL; ends when its
 * stdin does.
 */
const LIMIT_BYTES = 64 * 1024 * 1024;

interface Request {
  readonly id: unknown;
  readonly params: unknown;
}

uWS
  .App()
  .ws('/*', {
    maxPayloadLength: LIMIT_BYTES,
    maxBackpressure: LIMIT_BYTES,
    message: (socket, message) => {
      const { id, params } = JSON.parse(Buffer.from(message).toString('utf8')) as Request;
      socket.send(JSON.stringify({ jsonrpc: '2.0', id, result: params }));
    },
  })
  .listen('127.0.0.1', 0, (token) => {
    if (token === false) process.exit(1);
    process.stdout.write(`ws://127.0.0.1:${uWS.us_socket_local_port(token)}\n`);
  });
process.stdin.resume().on('end', () => process.exit(0));
