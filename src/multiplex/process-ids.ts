import { JsonScanner } from '../../workers/kernel/json-scanner.js';
import { ObjectMembers } from '../../workers/kernel/object-members.js';
import type { Span } from '../lane/batch.js';
import { jsonValue } from '../session/json-value.js';

/**
 * LSP (specification 3.17, "Initialize Request"): where `params.processId` stands in a client's
 * initialize. A server ends when that process does, so a shared one must not be told it: the
 * client that happened to be the first would take the server of all others with it.
 */
export function findProcessIds(message: Uint8Array, params: Span): Span[] {
  const found: Span[] = [];
  if (params.end === 0) return found;
  const json = new JsonScanner();
  json.reset(message, params.end);
  const members = new ObjectMembers(json);
  members.begin(message, params.start);
  while (members.next()) {
    const { keyStart, keyEnd, valueStart, valueEnd } = members;
    if (jsonValue(message.subarray(keyStart, keyEnd)) !== 'processId') continue;
    found.push({ start: valueStart, end: valueEnd });
  }
  return found;
}
