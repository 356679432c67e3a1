import type { Kernel } from './kernel.js';
import { loadNativeAddon } from './native-addon.js';
import { NativeKernel } from './native-kernel.js';
import { PortableKernel } from './portable-kernel.js';

/** `--kernel`, and the library's option. */
export const KERNELS = ['auto', 'native', 'portable'] as const;
export type WantedKernel = (typeof KERNELS)[number];

/** A kernel, and in a few words why it is this one (for the log). */
export interface SelectedKernel {
  readonly kernel: Kernel;
  readonly why: string;
}

/**
 * Chooses this thread's kernel: 'auto' is the native one where it was compiled.
 *
 * @param ids - the id store (id-store.ts) that all threads share
 * @param loadAddon - for tests, which also run where there is an addon
 * @throws Error when 'native' is wanted and cannot be had; the message says what to do
 */
export function selectKernel(
  wanted: WantedKernel,
  ids: Uint8Array,
  loadAddon = loadNativeAddon,
): SelectedKernel {
  if (wanted === 'portable') return { kernel: new PortableKernel(ids), why: 'it was chosen' };
  try {
    const addon = loadAddon();
    return { kernel: new NativeKernel(addon, ids), why: `for ${addon.instructionSet()}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (wanted === 'native') {
      throw new Error(
        `The native kernel cannot be used: ${reason}. Run "node native/build.mjs --verbose" in ` +
          `Sluice's folder to compile it, or choose the kernel "auto" or "portable".`,
        { cause: error },
      );
    }
    return { kernel: new PortableKernel(ids), why: `no native kernel: ${reason}` };
  }
}
