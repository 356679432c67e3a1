import { usageError } from '../errors.js';

/** A token of RFC 9110, section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** A WebSocket subprotocol as `--subprotocol` names it. @throws SluiceError SLUICE_ERR_USAGE */
export function subprotocol(name: string): string {
  if (!TOKEN.test(name)) throw usageError(`--subprotocol: "${name}" is not one name`);
  return name;
}
