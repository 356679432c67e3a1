import type { Kernel } from '../../workers/kernel/kernel.js';
import type { InlineBounds } from './lane.js';

/**
 * Bytes up to which a batch costs less on the main thread than its hand-over to a worker
 * (50 to 100 us), for each kernel. Chosen with bench/offload.bench.ts and under load.
 */
const ADAPTIVE_INLINE_BYTES = { native: 96 * 1024, portable: 8 * 1024 } as const;

/** What an idle lane processes on the main thread. */
export function inlineBounds(
  offload: 'adaptive' | 'always' | 'never',
  kernel: Kernel,
): InlineBounds {
  if (offload === 'always') return { inlineBytes: -1, inlineAloneBytes: -1 };
  if (offload === 'never') return { inlineBytes: Infinity, inlineAloneBytes: Infinity };
  return {
    inlineBytes: ADAPTIVE_INLINE_BYTES[kernel.name],
    // So small only arrays are, which the native kernel leaves to the portable one.
    inlineAloneBytes: ADAPTIVE_INLINE_BYTES.portable,
  };
}
