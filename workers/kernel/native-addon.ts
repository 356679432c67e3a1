import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { KERNEL_REVISION } from '../batch-layout.js';

/** What native/src/addon.cc exports. Typed arrays may lie over shared memory. */
export interface NativeAddon {
  /**
   * Decides and writes every frame that is plainly good; leaves the others UNDECIDED.
   *
   * @returns how many frames are UNDECIDED
   * @throws RangeError as Kernel.processBatch
   */
  readonly processBatch: (control: Int32Array, bytes: Uint8Array, ids: Uint8Array) => number;
  /**
   * Puts the offsets of the line feeds in `bytes`, from offset `from` on, into `ends`.
   *
   * @returns how many were found; `ends.length` may mean that more follow
   */
  readonly splitLines: (bytes: Uint8Array, from: number, ends: Int32Array) => number;
  /** Kernel.plainView. */
  readonly plainView: (shared: Uint8Array) => Uint8Array;
  /** Kernel.trimHeap. */
  readonly trimHeap: () => Promise<void>;
  /**
   * A pipe, which no other process inherits: the descriptors of its reading and its writing end,
   * which are the caller's to close.
   *
   * @throws Error with the system's reason
   */
  readonly openPipe: () => [number, number];
  /**
   * Writes to a descriptor that does not block, with one system call.
   *
   * @returns how many bytes were written; 0 where none can be now, and where it failed
   */
  readonly writeNow: (descriptor: number, bytes: Uint8Array) => number;
  /**
   * Whether a process that wakes up may take the processor from one that runs: the scheduler's
   * usual policy, or SCHED_BATCH.
   *
   * @returns false, and nothing has changed, where somebody else chose its policy, or the system has none
   */
  readonly setWakeupPreemption: (pid: number, mayPreempt: boolean) => boolean;
  /** How often this thread has allocated memory for frames, since it loaded the addon. */
  readonly allocations: () => number;
  /** The KERNEL_REVISION that it was compiled for. */
  readonly revision: () => number;
  /** The instruction set that was chosen for this processor, such as "haswell". */
  readonly instructionSet: () => string;
}

/** From dist/workers/kernel/ to the package's root. */
const ADDON = fileURLToPath(
  new URL('../../../native/build/Release/sluice_kernel.node', import.meta.url),
);

/** Loads the addon into this thread. Throws an Error that says why where that is not possible. */
export function loadNativeAddon(): NativeAddon {
  if (!existsSync(ADDON)) throw new Error('the addon was not compiled');
  const addon = createRequire(import.meta.url)(ADDON) as NativeAddon;
  // Left behind by an older version, which may not even have had the function.
  const { revision } = addon as Partial<NativeAddon>;
  if (revision?.() !== KERNEL_REVISION)
    throw new Error('the addon was compiled for another version');
  return addon;
}
