import { WebSocket } from 'ws';

/**
 * A client that sends requests of 8 MiB without pause, one after the other's answer, or with
 * `flood` as many small ones as the socket takes. Ends when its stdin does.
 *
 *     node big-sender.js URL [flood]
 */
const BIG_BYTES = 8 * 1024 * 1024;
const FLOOD_IN_FLIGHT = 4000;

const [url, kind] = process.argv.slice(2);
const socket = new WebSocket(url!, { perMessageDeflate: false, maxPayload: 2 * BIG_BYTES });
const message =
  kind === 'flood'
    ? '{"jsonrpc":"2.0","id":1,"method":"echo","params":["a flood of small messages"]}'
    : JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'echo', params: 'x'.repeat(BIG_BYTES) });
socket.on('open', () => {
  process.stdout.write('sending\n');
  for (let n = kind === 'flood' ? FLOOD_IN_FLIGHT : 1; n > 0; n--) socket.send(message);
});
socket.on('message', () => socket.send(message));
process.stdin.resume().on('end', () => process.exit(0));
