import { Batch } from '../../src/lane/batch.js';
import { ACTION_TO_SERVER, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

const kernel = new PortableKernel(createIdStore());

/** A batch of one frame from a client, processed with this action. */
export function scanned(text: string, action = ACTION_TO_SERVER): Batch {
  const batch = new Batch(Math.max(256, Buffer.byteLength(text)), 1);
  const owner = { pump: () => undefined, received: () => undefined };
  batch.append(owner, op(action, 0, ON_BAD_REPLY), 55, Buffer.from(text));
  batch.seal();
  kernel.processBatch(batch.control, batch.bytes);
  return batch;
}
