import { usageError } from '../errors.js';

/** Where WebSocket clients come in; port 0 picks one. */
export interface WebSocketAddress {
  readonly kind: 'ws' | 'wss';
  readonly host: string;
  readonly port: number;
}

const LAST_PORT = 65_535;

/** An address and port as they stand in a URL. */
export function hostAndPort(host: string, port: number): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * `ws://IP:PORT` or `wss://IP:PORT`; null where it is neither. An IPv6 address stands in brackets.
 * @throws SluiceError SLUICE_ERR_USAGE for a port that there is not; `what` is named in it
 */
export function parseListenUrl(text: string, what: string): WebSocketAddress | null {
  const match = /^(wss?):\/\/(?:\[([^\][]+)\]|([^:/\][@]+)):(\d+)\/?$/.exec(text);
  if (match === null) return null;
  const port = Number(match[4]);
  if (port > LAST_PORT) {
    throw usageError(`${what}: a port is 0 (any) to ${LAST_PORT}, not ${port}, in "${text}"`);
  }
  return { kind: match[1] as 'ws' | 'wss', host: (match[2] ?? match[3])!, port };
}
