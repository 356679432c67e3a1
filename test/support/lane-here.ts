import { Lane } from '../../src/lane/lane.js';
import { inlineBounds } from '../../src/lane/offload.js';
import { silentLogger } from '../../src/log.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

/** A lane that does everything on this thread. */
export function laneHere(ids = createIdStore()): Lane {
  const kernel = new PortableKernel(ids);
  const unused = (): Promise<void> => Promise.reject(new Error('nothing is handed over here'));
  return new Lane({
    ...{ runner: { run: unused, runBig: unused }, kernel, log: silentLogger() },
    ...inlineBounds('never', kernel),
  });
}
