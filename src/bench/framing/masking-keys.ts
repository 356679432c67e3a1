import { randomBytes } from 'node:crypto';
import { MASKING_KEYS } from '../bench-limits.js';

/**
 * The masking keys of one thread (RFC 6455 section 5.3), drawn at its start. They
 * rotate from frame to frame instead of being fresh for each: that lets a message's
 * fixed bytes be masked beforehand, once for each key and phase, and be copied.
 * What a mask protects from (a proxy that a web page tricks) has no part in a load test,
 * and a server cannot tell the difference.
 */
export const maskingKeys: readonly Buffer[] = Array.from({ length: MASKING_KEYS }, () =>
  randomBytes(4),
);

/** XORs bytes [start, end) with the key, as if byte `start` were byte `phase` of the payload. */
export function mask(
  bytes: Uint8Array,
  start: number,
  end: number,
  key: Uint8Array,
  phase: number,
): void {
  for (let i = start, k = phase; i < end; i++, k++) bytes[i]! ^= key[k & 3]!;
}
