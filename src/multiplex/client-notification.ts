import { PARAMS_START, SPAN_A_START } from '../../workers/batch-layout.js';
import { givenToken } from '../../workers/given-tokens.js';
import type { Batch } from '../lane/batch.js';
import {
  EXIT,
  LSP_CANCEL_REQUEST,
  LSP_CANCEL_WORK,
  MCP_CANCELLED,
  SHUTDOWN,
} from '../session/protocol-methods.js';
import type { NamedRequests } from './named-requests.js';
import { tokenOfParams } from './progress-token.js';
import type { RequestOwner } from './request-owner.js';
import type { ServerPort } from './server-port.js';
import { splice } from './splice.js';

/** What is to be known of a client that notifies. */
interface NotifyingClient extends RequestOwner {
  /** It takes part in the handshake. */
  readonly greeted: boolean;
  readonly named: NamedRequests;
}

/**
 * What goes to the server for the notification that is frame `index`, a copy; null: nothing does;
 * 'exit': the client wants to end. `method`: where it is one of the special ones.
 */
export function notificationToServer<Session extends NotifyingClient>(
  server: ServerPort<Session>,
  session: Session,
  batch: Batch,
  index: number,
  method: string | null,
): Uint8Array | 'exit' | null {
  switch (method) {
    case EXIT:
      return 'exit';
    case SHUTDOWN:
      return null;
    case 'initialized':
    case 'notifications/initialized': {
      const message = splice(batch.input(index), []);
      // Of one that takes no part in the handshake it means nothing.
      return session.greeted && server.handshake.initialized(message) ? message : null;
    }
    case MCP_CANCELLED:
    case LSP_CANCEL_REQUEST:
      return cancelToServer(server, session, batch, index, method);
    case LSP_CANCEL_WORK:
      return workCancelToServer(server, session, batch, index);
    default:
      return splice(batch.input(index), []);
  }
}

function cancelToServer<Session extends NotifyingClient>(
  server: ServerPort<Session>,
  session: Session,
  batch: Batch,
  index: number,
  method: string,
): Uint8Array | null {
  const span = batch.span(index, SPAN_A_START);
  const named = batch.part(index, SPAN_A_START);
  const id = span.end === 0 ? 0 : session.named.cancelled(named);
  if (id === 0) {
    server.dropped('a cancel of what is not in flight, or not its own');
    return null;
  }
  // Others may wait for the answer to a handshake.
  const extra = server.table.extraOf(id);
  if (extra?.handshake !== undefined) return null;
  // LSP's cancelled requests are answered all the same. The rest of an array waits for its
  // elements.
  const isMcp = method === MCP_CANCELLED;
  server.table.cancel(id, isMcp && extra?.array === undefined);
  if (isMcp) server.requestCancelled(session, id);
  return splice(batch.input(index), [{ ...span, bytes: Buffer.from(String(id)) }]);
}

function workCancelToServer<Session extends NotifyingClient>(
  server: ServerPort<Session>,
  session: Session,
  batch: Batch,
  index: number,
): Uint8Array | null {
  const token = tokenOfParams(batch.part(index, PARAMS_START));
  if (token !== undefined) {
    const text = JSON.stringify(token);
    const own = session.named.withWorkToken(text);
    if (own !== 0) return workCancel(givenToken(own));
    if (server.tokens.ownerOf(token) === session) return workCancel(text);
  }
  server.dropped('a cancel of work that is not its own');
  return null;
}

/** Written anew, so that it names nothing besides `token`, which is JSON text. */
function workCancel(token: string): Uint8Array {
  return Buffer.from(`{"jsonrpc":"2.0","method":"${LSP_CANCEL_WORK}","params":{"token":${token}}}`);
}
