import { MAX_PARSED_BYTES } from '../limits.js';
import { jsonValue } from '../session/json-value.js';

/** LSP: `ProgressToken`; MCP has the same. */
export type ProgressToken = string | number;

/** A token from its JSON text; undefined for any other value, or one that is too long to look at. */
export function progressToken(text: Uint8Array): ProgressToken | undefined {
  return text.length > MAX_PARSED_BYTES ? undefined : onlyToken(jsonValue(text));
}

/** The `token` of LSP's params about progress, from their JSON text, which may be empty. */
export function tokenOfParams(params: Uint8Array): ProgressToken | undefined {
  if (params.length === 0 || params.length > MAX_PARSED_BYTES) return undefined;
  return onlyToken(((jsonValue(params) ?? {}) as { token?: unknown }).token);
}

function onlyToken(value: unknown): ProgressToken | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}
