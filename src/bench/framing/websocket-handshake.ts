import { createHash, randomBytes } from 'node:crypto';
import type { WebSocketTarget } from '../transport/target.js';

/** Of RFC 6455 section 1.3: what a server appends to the key to show that it speaks WebSocket. */
const ACCEPT_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

/** One opening handshake (RFC 6455 section 4.1): the request, and the check of its answer. */
export class WebSocketHandshake {
  readonly #target: WebSocketTarget;
  readonly #key = randomBytes(16).toString('base64');

  constructor(target: WebSocketTarget) {
    this.#target = target;
  }

  /** The upgrade request; `target.headers` stand in place of those of ours with the same name. */
  request(): string {
    const url = new URL(this.#target.url);
    const { headers, subprotocols } = this.#target;
    const ours: [string, string][] = [
      ['Host', url.host],
      ['Upgrade', 'websocket'],
      ['Connection', 'Upgrade'],
      ['Sec-WebSocket-Key', this.#key],
      ['Sec-WebSocket-Version', '13'],
    ];
    if (subprotocols.length > 0) ours.push(['Sec-WebSocket-Protocol', subprotocols.join(', ')]);
    const given = new Set(headers.map(([name]) => name.toLowerCase()));
    const usual = ours.filter(([name]) => !given.has(name.toLowerCase()));
    const lines = [...usual, ...headers].map(([name, value]) => `${name}: ${value}`);
    return `GET ${url.pathname}${url.search} HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`;
  }

  /**
   * Null where the head (without its last empty line) accepts the upgrade; else why it does not.
   */
  refusal(head: string): string | null {
    const [statusLine = '', ...lines] = head.split('\r\n');
    const status = /^HTTP\/1\.1 (\d{3})\s?(.*)$/.exec(statusLine);
    if (status === null) return `the server does not answer in HTTP: ${statusLine.slice(0, 80)}`;
    if (status[1] !== '101')
      return `the server refused the upgrade: ${status[1]} ${status[2]}`.trim();
    const headers = new Map<string, string>();
    for (const line of lines) {
      const colon = line.indexOf(':');
      headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
    }
    const accept = createHash('sha1')
      .update(this.#key + ACCEPT_GUID)
      .digest('base64');
    if (headers.get('sec-websocket-accept') !== accept) {
      return 'the upgrade answer has a wrong Sec-WebSocket-Accept';
    }
    if (headers.has('sec-websocket-extensions')) {
      return 'the server chose an extension that was not offered';
    }
    const chosen = headers.get('sec-websocket-protocol');
    if (chosen !== undefined && !this.#target.subprotocols.includes(chosen)) {
      return `the server chose the subprotocol "${chosen}", which was not offered`;
    }
    return null;
  }
}
