import type { Kernel } from './kernel.js';
import { PortableKernel } from './portable-kernel.js';

/** Chooses this thread's kernel, and says why. */
export function selectKernel(wanted: 'auto' | 'native' | 'portable'): {
  kernel: Kernel;
  why: string;
} {
  return { kernel: new PortableKernel(), why: wanted };
}
