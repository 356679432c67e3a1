import { cancelNotification, type Profile } from '../session/profile.js';
import type { MultiplexSession } from './multiplex-session.js';
import type { ServerRequests } from './server-requests.js';
import type { ServerTokens } from './server-tokens.js';

/**
 * A server has died: nobody waits for answers to its requests any more, and its own progress has
 * come to an end. Forgets these, and returns what their clients are to be told.
 */
export function endOfQuestions(
  profile: Profile,
  requests: ServerRequests,
  tokens: ServerTokens<MultiplexSession>,
): { readonly client: MultiplexSession; readonly message: Uint8Array }[] {
  const told = [];
  for (const [id, { client }] of requests.all) {
    const message = cancelNotification(profile, String(id), 'the server is gone');
    if (message !== null) told.push({ client, message });
  }
  for (const [token, client] of tokens.all) told.push({ client, message: endOfWork(token) });
  requests.clear();
  tokens.clear();
  return told;
}

/** LSP: the end of the progress of a token of the server; `token` is JSON text. */
function endOfWork(token: string): Uint8Array {
  return Buffer.from(
    `{"jsonrpc":"2.0","method":"$/progress","params":{"token":${token},"value":{"kind":"end"}}}`,
  );
}
