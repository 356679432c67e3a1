import { AskedWorker } from '../asked-worker.js';
import { LoadThread } from './load-thread.js';
import type { FromLoadWorker, ToLoadWorker } from './load-worker-messages.js';
import type { ConnectReport, SecondPoint, ThreadOutcome, ThreadPlan } from './thread-plan.js';

/** A load thread, in this thread or in one of its own. Calls come in this order. */
export interface LoadRunner {
  onSecond: (point: SecondPoint) => void;
  connect(): Promise<ConnectReport>;
  run(startEpochMs: number): Promise<ThreadOutcome>;
  /** Instead of run(), where nothing is connected: what connecting has counted. */
  abandon(): Promise<ThreadOutcome>;
  /** Ends the measured part early. */
  stop(): void;
  close(): Promise<void>;
}

/** One plan runs here, without a thread's hand-overs; several get a worker each. */
export function makeRunners(plans: readonly ThreadPlan[]): readonly LoadRunner[] {
  if (plans.length === 1) return plans.map((plan) => new LoadThread(plan));
  return plans.map((plan) => new WorkerRunner(plan));
}

class WorkerRunner implements LoadRunner {
  onSecond: (point: SecondPoint) => void = () => undefined;
  readonly #worker: AskedWorker<ToLoadWorker, FromLoadWorker>;

  constructor(plan: ThreadPlan) {
    const script = new URL('./load-worker.js', import.meta.url);
    this.#worker = new AskedWorker(script, plan, (message) => {
      if (message.kind === 'second') this.onSecond(message.point);
    });
  }

  async connect(): Promise<ConnectReport> {
    const { report } = await this.#worker.ask({ kind: 'connect' }, 'connected');
    return report;
  }

  async run(startEpochMs: number): Promise<ThreadOutcome> {
    const { outcome } = await this.#worker.ask({ kind: 'run', startEpochMs }, 'outcome');
    return outcome;
  }

  async abandon(): Promise<ThreadOutcome> {
    const { outcome } = await this.#worker.ask({ kind: 'abandon' }, 'outcome');
    return outcome;
  }

  stop(): void {
    this.#worker.post({ kind: 'stop' });
  }

  async close(): Promise<void> {
    if (!this.#worker.failed) await this.#worker.ask({ kind: 'close' }, 'closed');
    await this.#worker.end();
  }
}
