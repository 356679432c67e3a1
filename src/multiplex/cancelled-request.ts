import type { RequestOwner } from './request-owner.js';
import type { RequestTable } from './request-table.js';
import { WantedId } from './wanted-id.js';

/**
 * The request in flight of `owner` that a cancel notification names; of several with the same id
 * the newest that is not cancelled yet. 0: none of its own. `id` is JSON text; another spelling of
 * the same string or number counts too.
 */
export function cancelledRequest(table: RequestTable, owner: RequestOwner, id: Uint8Array): number {
  const wanted = new WantedId(id);
  const exact = table.findNewest(owner, (bytes, start, end) => wanted.isExactly(bytes, start, end));
  if (exact !== 0) return exact;
  return table.findNewest(owner, (bytes, start, end) => wanted.isMeantBy(bytes, start, end));
}
