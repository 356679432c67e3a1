import { type EventLoopUtilization, performance } from 'node:perf_hooks';
import type { NativeAddon } from '../../workers/kernel/native-addon.js';
import { BUSY_THREAD_SHARE, CALM_THREAD_SHARE, LOAD_CHECK_MS } from '../limits.js';

type SetWakeupPreemption = NativeAddon['setWakeupPreemption'];

/** The share of the time since the last call in which a thread did not wait for events: 0 to 1. */
export type ThreadLoad = () => number;

/** What a process needs of it. */
export type Wakeups = Pick<WakeupPreemption, 'beforeWrites'>;

/**
 * While the main thread is busy, the servers' processes do not interrupt it. What is written to a
 * process wakes it up, and Linux may give it the processor at once, in the middle of the gateway's
 * turn; with many processes each batch of messages then costs two switches between processes.
 * Waiting for their turn, they find more of the messages, and their answers are read together. A
 * gateway that is not busy lets them: so a client that waits for each answer gets it sooner.
 * docs/performance.md has what it gives.
 *
 * A process is told with the next batch that it gets, so what is idle costs nothing.
 */
export class WakeupPreemption {
  readonly #set: SetWakeupPreemption;
  readonly #load: ThreadLoad;
  /** For as long as something is written. */
  #isLooking = false;
  /** Since the last look. */
  #written = false;
  #mayPreempt = true;

  constructor(set: SetWakeupPreemption, load: ThreadLoad = loadOfThisThread()) {
    this.#set = set;
    this.#load = load;
  }

  /** What is to be called before each write to this process, for as long as it runs. */
  beforeWrites(pid: number): () => void {
    let mayPreempt = true;
    /** Somebody else chose its policy, or it is not ours to change. */
    let isFixed = false;
    return () => {
      if (!this.#isLooking) this.#startLooking();
      this.#written = true;
      if (mayPreempt === this.#mayPreempt || isFixed) return;
      mayPreempt = this.#mayPreempt;
      isFixed = !this.#set(pid, mayPreempt);
    };
  }

  #startLooking(): void {
    this.#isLooking = true;
    this.#load();
    this.#lookLater();
  }

  #lookLater(): void {
    this.#written = false;
    setTimeout(() => this.#measure(), LOAD_CHECK_MS).unref();
  }

  #measure(): void {
    const share = this.#load();
    this.#mayPreempt =
      !this.#written || share < (this.#mayPreempt ? BUSY_THREAD_SHARE : CALM_THREAD_SHARE);
    this.#isLooking = this.#written;
    if (this.#isLooking) this.#lookLater();
  }
}

function loadOfThisThread(): ThreadLoad {
  let last: EventLoopUtilization = performance.eventLoopUtilization();
  return () => {
    const now = performance.eventLoopUtilization();
    const { utilization } = performance.eventLoopUtilization(now, last);
    last = now;
    return utilization;
  };
}
