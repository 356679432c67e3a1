import { COMMA, OPEN_BRACE, QUOTE } from '../../workers/ascii.js';
import { JsonScanner } from '../../workers/kernel/json-scanner.js';
import type { Span } from '../lane/batch.js';

/**
 * LSP (specification 3.17, "Initialize Request"): where `params.processId` stands in a client's
 * initialize. A server ends when that process does, so a shared one must not be told it: the
 * client that happened to be the first would take the server of all others with it.
 */
export function findProcessIds(message: Uint8Array, params: Span): Span[] {
  const found: Span[] = [];
  if (params.end === 0 || message[params.start] !== OPEN_BRACE) return found;
  const json = new JsonScanner();
  json.reset(message, params.end);
  let i = json.skipSpace(params.start + 1);
  while (message[i] === QUOTE) {
    const keyEnd = json.skipString(i);
    const start = json.skipColon(keyEnd);
    const end = json.skipValue(start);
    const key = Buffer.from(message.subarray(i, keyEnd)).toString('utf8');
    if (JSON.parse(key) === 'processId') found.push({ start, end });
    i = json.skipSpace(end);
    if (message[i] !== COMMA) break;
    i = json.skipSpace(i + 1);
  }
  return found;
}
