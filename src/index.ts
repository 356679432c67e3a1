/** The library API of Sluice; docs/library.md shows it at work. */
export {
  type AcceptWebSocketsOptions,
  acceptWebSockets,
  type WebSocketAcceptor,
} from './connection/accept-websockets.js';
export type { AcceptedSocket } from './connection/accepted-socket.js';
export {
  type ConnectionOptions,
  type ConnectionParts,
  JsonRpcConnection,
  type StdioOptions,
} from './connection/connection.js';
export type { ConnectionEvent } from './connection/incoming.js';
export type {
  JsonRpcErrorObject,
  JsonRpcId,
  JsonRpcMessage,
  JsonRpcObject,
  MessageKind,
} from './connection/message.js';
export type { OutgoingMessages } from './connection/outgoing.js';
export { JsonRpcRuntime, type JsonRpcRuntimeOptions } from './connection/runtime.js';
export { type OperatorErrorCode, SluiceError } from './errors.js';
export type { Framing } from './framing/splitter.js';
export type { Logger } from './log.js';
