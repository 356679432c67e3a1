import type { RequestOwner, RequestTable } from './request-table.js';

/**
 * The request in flight of `owner` that a cancel notification names; of several with the same
 * id the newest that is not cancelled yet. 0: none of its own. `id` is JSON text; another spelling of the same
 * string or number counts too.
 */
export function cancelledRequest(table: RequestTable, owner: RequestOwner, id: Uint8Array): number {
  const wanted = Buffer.from(id).toString('utf8');
  const value = meaningOf(wanted);
  let sameValue = 0;
  for (const candidate of table.idsOf(owner)) {
    if (table.extraOf(candidate)?.cancelled) continue;
    const text = Buffer.from(table.originalId(candidate)).toString('utf8');
    if (text === wanted) return candidate;
    if (sameValue === 0 && isSameValue(text, wanted, value)) sameValue = candidate;
  }
  return sameValue;
}

/** What can make two spellings of one value: an escape, a fraction, an exponent, minus zero. */
const SPELLED = /[\\.eE]|^-0/;

/** The string or number that the text of an id means; null where it is none, or none that is exact. */
function meaningOf(text: string): unknown {
  if (!/^["\d-]/.test(text)) return null;
  const value = JSON.parse(text) as unknown;
  return typeof value === 'number' && Math.abs(value) > Number.MAX_SAFE_INTEGER ? null : value;
}

/** Whether two different JSON texts mean the same id; `value` is what the second one means. */
function isSameValue(text: string, wanted: string, value: unknown): boolean {
  // Whole numbers are compared as they are written: beyond 2^53 different ones would be equal.
  if (value === null || (!SPELLED.test(text) && !SPELLED.test(wanted))) return false;
  return meaningOf(text) === value;
}
