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

/** The target as a user would name it. */
export function targetName(target: Target): string {
  return target.kind === 'websocket' ? target.url : target.command.join(' ');
}
