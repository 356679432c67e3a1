import type { Connection, ConnectionOwner } from './connection.js';
import { ProcessConnection } from './process-connection.js';
import type { Target } from './target.js';
import { WebSocketConnection } from './websocket-connection.js';

/** Opens a connection to the target, whatever it is; rejects with ConnectFailure. */
export function openConnection(target: Target, owner: ConnectionOwner): Promise<Connection> {
  return target.kind === 'websocket'
    ? WebSocketConnection.open(target, owner)
    : ProcessConnection.open(target, owner);
}
