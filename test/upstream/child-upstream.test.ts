import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLogger } from '../../src/log.js';
import { ChildUpstream } from '../../src/upstream/child-upstream.js';
import { OrphanGuard } from '../../src/upstream/orphan-guard.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { loadNativeAddon } from '../../workers/kernel/native-addon.js';
import { laneHere } from '../support/lane-here.js';
import { RecordedFlow, sendLines } from '../support/recorded-flow.js';
import { NATIVE_ADDON_IS_BUILT } from '../workers/kernel/native-presence.js';

function unexpected(what: string | number): void {
  assert.fail(String(what));
}

test('a process behind pipes is written to past the stream, and told first not to interrupt', {
  skip: !NATIVE_ADDON_IS_BUILT,
}, async (t) => {
  const lane = laneHere();
  const addon = loadNativeAddon();
  const steps: string[] = [];
  let written = '';
  const writeNow: typeof addon.writeNow = (fd, bytes) => {
    const taken = addon.writeNow(fd, bytes);
    steps.push('write');
    written += Buffer.from(bytes.subarray(0, taken)).toString();
    return taken;
  };
  const told: number[] = [];
  const beforeWrites = (pid: number): (() => void) => {
    told.push(pid);
    return () => void steps.push('before');
  };
  const command = {
    program: '/bin/cat',
    args: [],
    cwd: '/',
    env: {},
    framing: 'ndjson',
    maxPayloadBytes: 1_000,
    pipes: { openPipe: addon.openPipe, writeNow },
    wakeups: { beforeWrites },
  } as const;
  const events = { gone: () => undefined, noise: unexpected, oversize: unexpected };
  const guard = new OrphanGuard(silentLogger());
  const upstream = new ChildUpstream(command, events, guard, silentLogger());
  t.after(async () => {
    await upstream.stop(1_000);
    guard.close();
  });
  const pass = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REASON);
  const received = new RecordedFlow(lane, pass, [], { source: upstream.source });
  upstream.start(received.flow);
  const messages = ['{"id":1,"method":"m"}', '{"id":2,"method":"m"}'];
  await sendLines(lane, upstream.sink, messages);
  assert.equal(written, `${messages.join('\n')}\n`);
  assert.equal(told.length, 1);
  assert.deepEqual(steps.splice(0, 2), ['before', 'write']);
  assert.ok(steps.every((step, i) => step === (i % 2 === 0 ? 'before' : 'write')));
  upstream.closeInput();
  await received.done;
  assert.deepEqual(received.outputs, messages);
});
