import type { RequestOwner, RequestTable } from './request-table.js';

/**
 * The request in flight of `owner` that a cancel notification names; of several with the same
 * id the newest. 0: none of its own. `id` is JSON text; another spelling of the same
 * string or number counts too.
 */
export function cancelledRequest(table: RequestTable, owner: RequestOwner, id: Uint8Array): number {
  const ids = table.idsOf(owner);
  const exact = ids.find((candidate) => Buffer.compare(table.originalId(candidate), id) === 0);
  if (exact !== undefined) return exact;
  const wanted = jsonValue(id);
  return ids.find((candidate) => jsonValue(table.originalId(candidate)) === wanted) ?? 0;
}

function jsonValue(id: Uint8Array): unknown {
  return JSON.parse(Buffer.from(id).toString('utf8')) as unknown;
}
