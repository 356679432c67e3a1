import { workerData } from 'node:worker_threads';
import { BEGAN_US, WORKED_US } from './batch-layout.js';
import { clockUs, usSince } from './clock.js';
import { collectSeen } from './collect-seen.js';
import { selectKernel, type WantedKernel } from './kernel/select-kernel.js';

/** What main sends for one batch; batch-layout.ts describes the memory. */
export interface BatchTask {
  readonly memory: SharedArrayBuffer;
  /** Length of the control words at its start. */
  readonly controlWords: number;
}

/** What each worker of the pool starts with. */
export interface BatchWorkerData {
  readonly kernel: WantedKernel;
  /** The id store (id-store.ts), shared by all threads. */
  readonly ids: Uint8Array;
}

const data = workerData as BatchWorkerData;
const { kernel } = selectKernel(data.kernel, data.ids);

/** Piscina's entry: processes one batch in place. Main owns the memory again when this returns. */
export default function processBatch(task: BatchTask): void {
  const { memory, controlWords } = task;
  const began = clockUs();
  const control = new Int32Array(memory, 0, controlWords);
  // At once: who ends here, or never does, had begun.
  control[BEGAN_US] = began;
  collectSeen(memory.byteLength);
  kernel.processBatch(control, new Uint8Array(memory, controlWords * Int32Array.BYTES_PER_ELEMENT));
  control[WORKED_US] = usSince(began);
}
