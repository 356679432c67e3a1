import type { Kernel } from '../../workers/kernel/kernel.js';

/**
 * Bytes up to which a batch costs less on the main thread than its hand-over to a worker
 * (50 to 100 us), for each kernel. Chosen with bench/offload.bench.ts and under load.
 */
const ADAPTIVE_INLINE_BYTES = { native: 96 * 1024, portable: 8 * 1024 } as const;

/** Bytes up to which an idle lane processes a batch on the main thread. */
export function inlineBytes(offload: 'adaptive' | 'always' | 'never', kernel: Kernel): number {
  if (offload === 'always') return -1;
  if (offload === 'never') return Number.POSITIVE_INFINITY;
  return ADAPTIVE_INLINE_BYTES[kernel.name];
}
