import type { Connection, ConnectionOwner } from './connection.js';
import { ProcessConnection } from './process-connection.js';
import type { Target } from './target.js';
import { WebSocketConnection } from './websocket-connection.js';

/**
 * Opens a connection to the target, whatever it is; rejects with ConnectFailure. `timeoutMs`: for a
 * URL.
 */
export function openConnection(
  target: Target,
  owner: ConnectionOwner,
  timeoutMs: number,
): Promise<Connection> {
  return target.kind === 'websocket'
    ? WebSocketConnection.open(target, owner, timeoutMs)
    : ProcessConnection.open(target, owner);
}
