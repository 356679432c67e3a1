import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Batch } from '../../src/lane/batch.js';
import { BatchAttempts } from '../../src/lane/batch-attempts.js';
import { silentLogger } from '../../src/log.js';
import { OpenRequests } from '../../src/session/open-requests.js';
import {
  ACTION_PASS,
  BEGAN_US,
  FRAMING_NONE,
  HEADER_WORDS,
  ID_HASH,
  ON_BAD_REASON,
  op,
} from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';
import { scanned } from '../support/scanned.js';

const OWNER = { pump: () => undefined, received: () => undefined };
/** A worker that begins with a batch and dies of it. */
const run = (batch: Batch): Promise<void> => {
  batch.control[BEGAN_US] = 1;
  return Promise.reject(new Error('a worker has died'));
};

test('a reply that ends workers answers the request with its id, whatever its arena had before', async () => {
  const runner = { run, runBig: run };
  const attempts = new BatchAttempts(runner, new PortableKernel(createIdStore()), silentLogger());
  const open = new OpenRequests();
  for (const id of [3, 7]) open.sent(scanned(`{"id":${id},"method":"m"}`, ACTION_PASS), 0);
  const batch = new Batch(1024, 1);
  const pass = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);
  batch.append(OWNER, pass, 0, Buffer.from('{"id":7,"result":1}'));
  const other = scanned('{"id":3,"result":1}', ACTION_PASS);
  batch.control[HEADER_WORDS + ID_HASH] = other.word(0, ID_HASH);
  batch.seal();
  await attempts.process(batch, false);
  open.answered(batch, 0);
  open.answered(other, 0);
  assert.equal(open.any, false);
});
