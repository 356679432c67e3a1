import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** An arena of a lane is smaller; there are few of these, and they are used again and again. */
const LARGE_BYTES = 4 * 1024 * 1024;
/** Bytes of large arenas that a thread sees between two collections. */
const COLLECT_AFTER_BYTES = 32 * 1024 * 1024;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('globalThis.gc') as
  | ((options: { type: 'minor' }) => void)
  | undefined;

let seenBytes = 0;

/**
 * To be called with the size of each batch's memory before it is looked at. V8 counts shared memory
 * for no thread, so a worker, whose heap hardly grows, would keep every large arena that it has
 * ever seen for hours. A collection of the young objects finds them, and takes less than a
 * millisecond.
 */
export function collectSeen(bytes: number): void {
  if (bytes < LARGE_BYTES) return;
  if (seenBytes >= COLLECT_AFTER_BYTES) {
    seenBytes = 0;
    collect?.({ type: 'minor' });
  }
  seenBytes += bytes;
}
