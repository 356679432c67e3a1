import type { Framing } from '../payload/message-spec.js';
import { maskedFrame, OPCODE_TEXT } from './websocket-frame.js';

/** One message framed in a buffer of its own: for handshakes and answers, not for the load. */
export function frameMessage(framing: Framing, text: string): Buffer {
  switch (framing) {
    case 'websocket':
      return maskedFrame(OPCODE_TEXT, Buffer.from(text));
    case 'ndjson':
      return Buffer.from(`${text}\n`);
    case 'content-length':
      return Buffer.from(`Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
  }
}
