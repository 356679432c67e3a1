import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { describe, it, type TestContext } from 'node:test';
import { BUSY_THREAD_SHARE, CALM_THREAD_SHARE, LOAD_CHECK_MS } from '../../src/limits.js';
import { WakeupPreemption } from '../../src/upstream/wakeup-preemption.js';
import { loadNativeAddon } from '../../workers/kernel/native-addon.js';
import { SCHED_BATCH, SCHED_OTHER, schedulingPolicy } from '../support/process-table.js';
import { NATIVE_ADDON_IS_BUILT } from '../workers/kernel/native-presence.js';

const BETWEEN = (BUSY_THREAD_SHARE + CALM_THREAD_SHARE) / 2;

/** A process that waits to be killed. */
function waitingProcess(t: TestContext): number {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  return child.pid!;
}

describe('wake-up preemption of processes', {
  skip: process.platform !== 'linux' || !NATIVE_ADDON_IS_BUILT,
}, () => {
  it('is off while the thread is busy, from the next write on', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    let share = 0;
    const { setWakeupPreemption } = loadNativeAddon();
    const wakeups = new WakeupPreemption(setWakeupPreemption, () => share);
    const pids = [waitingProcess(t), waitingProcess(t)];
    const [first, second] = pids.map((pid) => wakeups.beforeWrites(pid));
    const policies = (): unknown => pids.map(schedulingPolicy);
    const look = (now: number): void => {
      share = now;
      t.mock.timers.tick(LOAD_CHECK_MS);
      first!();
    };
    look(0);
    look(BETWEEN);
    assert.deepEqual(policies(), [SCHED_OTHER, SCHED_OTHER]);
    look(BUSY_THREAD_SHARE);
    assert.deepEqual(policies(), [SCHED_BATCH, SCHED_OTHER]);
    second!();
    assert.deepEqual(policies(), [SCHED_BATCH, SCHED_BATCH]);
    look(BETWEEN);
    assert.deepEqual(policies(), [SCHED_BATCH, SCHED_BATCH]);
    look(0);
    assert.deepEqual(policies(), [SCHED_OTHER, SCHED_BATCH]);
    second!();
    assert.deepEqual(policies(), [SCHED_OTHER, SCHED_OTHER]);
  });

  it('is not looked at while nothing is written', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const looks: number[] = [];
    const load = (): number => {
      looks.push(0);
      return 0;
    };
    const wakeups = new WakeupPreemption(loadNativeAddon().setWakeupPreemption, load);
    const beforeWrite = wakeups.beforeWrites(waitingProcess(t));
    const wait = (): void => {
      for (let i = 0; i < 10; i++) t.mock.timers.tick(LOAD_CHECK_MS);
    };
    wait();
    assert.equal(looks.length, 0);
    beforeWrite();
    wait();
    const once = looks.length;
    assert.notEqual(once, 0);
    wait();
    assert.equal(looks.length, once);
    beforeWrite();
    wait();
    assert.equal(looks.length, 2 * once);
  });

  it('stays as somebody else has chosen', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const pid = waitingProcess(t);
    const { setWakeupPreemption } = loadNativeAddon();
    const wakeups = new WakeupPreemption(setWakeupPreemption, () => 1);
    const beforeWrite = wakeups.beforeWrites(pid);
    // As `chrt --batch` would.
    assert.ok(setWakeupPreemption(pid, false));
    beforeWrite();
    t.mock.timers.tick(LOAD_CHECK_MS);
    beforeWrite();
    assert.equal(schedulingPolicy(pid), SCHED_BATCH);
    assert.ok(setWakeupPreemption(pid, true));
    t.mock.timers.tick(LOAD_CHECK_MS);
    beforeWrite();
    assert.equal(schedulingPolicy(pid), SCHED_OTHER);
  });
});
