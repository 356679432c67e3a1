import { Worker } from 'node:worker_threads';
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

type Kind = FromLoadWorker['kind'];

class WorkerRunner implements LoadRunner {
  onSecond: (point: SecondPoint) => void = () => undefined;
  readonly #worker: Worker;
  readonly #waiting = new Map<Kind, (message: FromLoadWorker) => void>();
  #failure: Error | null = null;
  #reject: (error: Error) => void = () => undefined;

  constructor(plan: ThreadPlan) {
    this.#worker = new Worker(new URL('./load-worker.js', import.meta.url), { workerData: plan });
    this.#worker.on('message', (message: FromLoadWorker) => {
      if (message.kind === 'second') this.onSecond(message.point);
      else this.#waiting.get(message.kind)?.(message);
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      this.#reject(error);
    });
  }

  async connect(): Promise<ConnectReport> {
    const message = await this.#ask({ kind: 'connect' }, 'connected');
    return message.report;
  }

  async run(startEpochMs: number): Promise<ThreadOutcome> {
    const message = await this.#ask({ kind: 'run', startEpochMs }, 'outcome');
    return message.outcome;
  }

  async abandon(): Promise<ThreadOutcome> {
    const message = await this.#ask({ kind: 'abandon' }, 'outcome');
    return message.outcome;
  }

  stop(): void {
    this.#post({ kind: 'stop' });
  }

  async close(): Promise<void> {
    if (this.#failure === null) await this.#ask({ kind: 'close' }, 'closed');
    await this.#worker.terminate();
  }

  #ask<K extends Kind>(
    message: ToLoadWorker,
    answer: K,
  ): Promise<Extract<FromLoadWorker, { kind: K }>> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure);
      this.#reject = reject;
      this.#waiting.set(answer, (got) => {
        resolve(got as Extract<FromLoadWorker, { kind: K }>);
      });
      this.#post(message);
    });
  }

  #post(message: ToLoadWorker): void {
    this.#worker.postMessage(message);
  }
}
