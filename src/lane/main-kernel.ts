import {
  type SelectedKernel,
  selectKernel,
  type WantedKernel,
} from '../../workers/kernel/select-kernel.js';
import { messageOf, SluiceError } from '../errors.js';

/**
 * The main thread's kernel: for what is not worth a hand-over.
 * @throws SluiceError SLUICE_ERR_KERNEL when `native` is wanted and cannot be had
 */
export function mainKernel(wanted: WantedKernel, ids: Uint8Array): SelectedKernel {
  try {
    return selectKernel(wanted, ids);
  } catch (error) {
    throw new SluiceError('SLUICE_ERR_KERNEL', messageOf(error), { cause: error });
  }
}
