import { Batch } from '../../src/lane/batch.js';
import { ACTION_TO_SERVER, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

/** A batch of one frame from a client, scanned. */
export function scanned(text: string): Batch {
  const batch = new Batch(4096, 1);
  const owner = { pump: () => undefined, received: () => undefined };
  batch.append(owner, op(ACTION_TO_SERVER, 0, ON_BAD_REPLY), 55, Buffer.from(text));
  batch.seal();
  new PortableKernel(createIdStore()).processBatch(batch.control, batch.bytes);
  return batch;
}
