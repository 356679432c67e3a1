/** Where the load goes: plain data, so that it can be handed to a load thread. */
export type Target = WebSocketTarget | ProcessTarget;

export interface WebSocketTarget {
  readonly kind: 'websocket';
  readonly url: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Offered in Sec-WebSocket-Protocol; the server may choose one of them or none. */
  readonly subprotocols: readonly string[];
  /** wss: certificates are not checked. */
  readonly isInsecure: boolean;
}

export interface ProcessTarget {
  readonly kind: 'process';
  readonly command: readonly string[];
  readonly framing: 'ndjson' | 'content-length';
}

/** The target as a user would name it, values of its query masked. */
export function targetName(target: Target): string {
  return target.kind === 'websocket' ? maskUrl(target.url) : target.command.join(' ');
}

/**
 * A URL without credentials, and with the names of its query alone: the values are often tokens,
 * and reports are handed on.
 */
export function maskUrl(given: string): string {
  const url = given.replace(/^(\S*?:\/\/)[^/?#]*@/, '$1***@');
  const start = url.indexOf('?') + 1;
  if (start === 0) return url;
  const parts = url.slice(start).split('&').map(maskParameter);
  return url.slice(0, start) + parts.join('&');
}

/** What has no name is taken for a value. */
function maskParameter(parameter: string): string {
  if (parameter === '') return '';
  const equals = parameter.indexOf('=');
  return equals === -1 ? '***' : `${parameter.slice(0, equals)}=***`;
}
