import type { Kernel } from './kernel.js';
import { PortableKernel } from './portable-kernel.js';

/** Chooses this thread's kernel, and says why. `ids`: the id store that all threads share. */
export function selectKernel(
  wanted: 'auto' | 'native' | 'portable',
  ids: Uint8Array,
): { kernel: Kernel; why: string } {
  return { kernel: new PortableKernel(ids), why: wanted };
}
