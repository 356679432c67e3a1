import { isIP } from 'node:net';
import { usageError } from '../errors.js';
import type { ReadValue } from './value-readers.js';

/**
 * An origin as browsers send it: with a scheme, without a path; anything else would allow nobody.
 */
export const allowedOrigin: ReadValue<string> = (text, what) => {
  if (/^(?:\*|null|[a-z][a-z\d+.-]*:\/\/[^\s/]+)$/i.test(text)) return text;
  throw usageError(
    `${what} takes an origin such as https://app.example, or *; "${text}" is neither`,
  );
};

/** A host. It is compared with the name in the Host header, of which the port is no part. */
export const allowedHost: ReadValue<string> = (text, what) => {
  if (isIP(text) === 6 || /^[^\s/:]+$/.test(text)) return text;
  throw usageError(
    `${what} takes a name without a port, such as gateway.example, or *; "${text}" is neither`,
  );
};
