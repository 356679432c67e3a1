// vscode-ws-jsonrpc as its documentation uses it: a language server's process for each
// WebSocket. Its own messages are Content-Length framed on the process's side.
// Usage: node vscode-bridge.mjs COMMAND ARGS...; prints its URL, ends when its stdin does.
import { createRequire } from 'node:module';
import { WebSocketMessageReader, WebSocketMessageWriter } from 'vscode-ws-jsonrpc';
import { createConnection, createServerProcess, forward } from 'vscode-ws-jsonrpc/server';

const require = createRequire(new URL('../../package.json', import.meta.url));
const { WebSocketServer } = require('ws');
const [command, ...args] = process.argv.slice(2);

const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
server.on('connection', (socket) => {
  const rpcSocket = {
    send: (content) => socket.send(content),
    onMessage: (callback) => socket.on('message', (data) => callback(data.toString('utf8'))),
    onError: (callback) => socket.on('error', callback),
    onClose: (callback) => socket.on('close', callback),
    dispose: () => socket.close(),
  };
  const reader = new WebSocketMessageReader(rpcSocket);
  const writer = new WebSocketMessageWriter(rpcSocket);
  const client = createConnection(reader, writer, () => socket.close());
  const process_ = createServerProcess('echo', command, args);
  forward(client, process_, (message) => message);
});
server.on('listening', () => console.log(`ws://127.0.0.1:${server.address().port}`));
process.stdin.resume().on('end', () => process.exit(0));
