import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Batch } from '../../src/lane/batch.js';
import { MethodNames } from '../../src/session/method-names.js';
import { ACTION_TO_SERVER, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';

/** A batch of one frame from a client, scanned. */
function scanned(text: string): Batch {
  const batch = new Batch(4096, 1);
  const owner = { pump: () => undefined, received: () => undefined };
  batch.append(owner, op(ACTION_TO_SERVER, 0, ON_BAD_REPLY), 55, Buffer.from(text));
  batch.seal();
  new PortableKernel(createIdStore()).processBatch(batch.control, batch.bytes);
  return batch;
}

describe('names of methods', () => {
  const names = new MethodNames(['initialize', '$/cancelRequest', 'größer']);
  const found = (method: string): string | null => names.find(scanned(`{"method":${method}}`), 0);

  test('are found however they are spelled, and no others', () => {
    assert.equal(found('"initialize"'), 'initialize');
    assert.equal(found('"\\u0069nitialize"'), 'initialize');
    assert.equal(found('"$\\/cancelRequest"'), '$/cancelRequest');
    assert.equal(found('"größer"'), 'größer');
    for (const other of ['"tools/call"', '"Initialize"', '"initialized"', '"x\\u0020y"', '""']) {
      assert.equal(found(other), null, other);
    }
  });
});
