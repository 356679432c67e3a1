import { readFileSync } from 'node:fs';
import { RESERVED_DESCRIPTORS } from '../limits.js';

/**
 * How many clients fit into the descriptors that this process may have (`ulimit -n`), when each
 * takes `perClient` of them. Without any left, uWebSockets.js tries to accept at full load and in
 * vain, so clients above this are refused before.
 */
export function clientsWithinDescriptors(
  perClient: number,
  limit: number = descriptorLimit(),
): number {
  return Math.max(1, Math.floor((limit - RESERVED_DESCRIPTORS) / perClient));
}

/** The limit (`ulimit -n`) that so many clients need. */
export function descriptorsFor(clients: number, perClient: number): number {
  return RESERVED_DESCRIPTORS + clients * perClient;
}

/** Infinity where the system does not say. Node has raised it to what the system allows. */
function descriptorLimit(): number {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    return Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
