import type { RequestOwner, RequestTable } from './request-table.js';

/**
 * The request in flight of `owner` that a cancel notification names; of several with the same
 * id the newest that is not cancelled yet. 0: none of its own. `id` is JSON text; another spelling of the same
 * string or number counts too.
 */
export function cancelledRequest(table: RequestTable, owner: RequestOwner, id: Uint8Array): number {
  const wanted = Buffer.from(id).toString('utf8');
  let sameValue = 0;
  for (const candidate of table.idsOf(owner)) {
    if (table.extraOf(candidate)?.cancelled) continue;
    const text = Buffer.from(table.originalId(candidate)).toString('utf8');
    if (text === wanted) return candidate;
    if (sameValue === 0 && isSameValue(text, wanted)) sameValue = candidate;
  }
  return sameValue;
}

/** What can make two spellings of one value: an escape, a fraction, an exponent, minus zero. */
const SPELLED = /[\\.eE]|^-0/;

/** Whether two different JSON texts mean the same id. */
function isSameValue(a: string, b: string): boolean {
  // Whole numbers are compared as they are written: beyond 2^53 different ones would be equal.
  if (!SPELLED.test(a) && !SPELLED.test(b)) return false;
  const value = JSON.parse(a) as unknown;
  if (typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER) return false;
  return value === JSON.parse(b);
}
