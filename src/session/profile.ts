import { MAX_PARSED_BYTES } from '../limits.js';
import { jsonValue } from './json-value.js';
import { INITIALIZE, LSP_CANCEL_REQUEST, MCP_CANCELLED } from './protocol-methods.js';

/** Kinds of JSON-RPC servers that differ in what a gateway may say to them. */
export const PROFILES = ['mcp', 'lsp', 'codex', 'plain'] as const;
export type Profile = (typeof PROFILES)[number];

/**
 * The notification that cancels request `id` (its JSON text), or null where the profile has none:
 * strict servers (codex) close the connection on a notification that they do not know.
 */
export function cancelNotification(
  profile: Profile,
  id: string,
  reason: string,
): Uint8Array | null {
  switch (profile) {
    case 'mcp':
      return Buffer.from(
        `{"jsonrpc":"2.0","method":"${MCP_CANCELLED}","params":{"requestId":${id},"reason":${JSON.stringify(reason)}}}`,
      );
    case 'lsp':
      return Buffer.from(
        `{"jsonrpc":"2.0","method":"${LSP_CANCEL_REQUEST}","params":{"id":${id}}}`,
      );
    case 'codex':
    case 'plain':
      return null;
  }
}

interface InitializeRequest {
  readonly jsonrpc?: unknown;
  readonly method?: unknown;
  readonly params?: { readonly protocolVersion?: unknown; readonly capabilities?: unknown };
}

/**
 * Guesses the profile from a first request: MCP's initialize has a protocolVersion, LSP's has
 * capabilities without one, codex leaves "jsonrpc" out. The one message that is parsed here
 * is parsed once for each server, if it is not too long for that.
 */
export function guessProfile(firstRequest: Uint8Array): Profile {
  if (firstRequest.length > MAX_PARSED_BYTES) return 'plain';
  const { jsonrpc, method, params } = jsonValue(firstRequest) as InitializeRequest;
  if (method !== INITIALIZE) return 'plain';
  if (params?.protocolVersion !== undefined) return 'mcp';
  if (jsonrpc === undefined) return 'codex';
  return params?.capabilities === undefined ? 'plain' : 'lsp';
}
