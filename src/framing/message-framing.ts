import { CR, LF, SPACE } from '../../workers/ascii.js';
import { FRAMING_CONTENT_LENGTH, FRAMING_NDJSON } from '../../workers/batch-layout.js';

const HEADER_END = '\r\n\r\n';

/** The message inside a kernel's output with this framing (a FRAMING_ constant); a view on it. */
export function unframe(output: Uint8Array, framing: number): Uint8Array {
  if (framing === FRAMING_NDJSON) return output.subarray(0, -1);
  if (framing !== FRAMING_CONTENT_LENGTH) return output;
  const bytes = Buffer.from(output.buffer, output.byteOffset, output.byteLength);
  return output.subarray(bytes.indexOf(HEADER_END) + HEADER_END.length);
}

/** A message as it goes out with this framing; a copy. */
export function framed(message: Uint8Array, framing: number): Uint8Array {
  if (framing === FRAMING_NDJSON) return Buffer.concat([oneLine(message), Buffer.from('\n')]);
  if (framing !== FRAMING_CONTENT_LENGTH) return message.slice();
  return Buffer.concat([Buffer.from(`Content-Length: ${message.length}${HEADER_END}`), message]);
}

/** A valid JSON text has line breaks between tokens only: they become spaces. */
function oneLine(message: Uint8Array): Uint8Array {
  if (!message.includes(LF) && !message.includes(CR)) return message;
  return message.map((c) => (c === LF || c === CR ? SPACE : c));
}
