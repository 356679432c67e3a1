import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type {
  DisturbanceFigures,
  DisturbancePlan,
  FromDisturbanceWorker,
} from './disturbance-plan.js';

/**
 * Disturbing clients beside the measured load. They have a thread of their own, so that
 * what they disturb is the server and not the generator.
 */
export class Disturbance {
  readonly #worker: Worker;

  private constructor(plan: DisturbancePlan) {
    this.#worker = new Worker(new URL('./disturbance-worker.js', import.meta.url), {
      workerData: plan,
    });
  }

  /** Connects them; settles when they are under way. Null where the plan has none. */
  static async start(plan: DisturbancePlan): Promise<Disturbance | null> {
    const { slowReaders, churnPerSecond, bigMessages } = plan.clients;
    if (slowReaders === 0 && churnPerSecond === 0 && bigMessages === 0) return null;
    const disturbance = new Disturbance(plan);
    await disturbance.#next('ready');
    return disturbance;
  }

  /** Ends them and returns their figures. */
  async stop(): Promise<DisturbanceFigures> {
    this.#worker.postMessage('stop');
    const message = await this.#next('figures');
    await this.#worker.terminate();
    return message.kind === 'figures' ? message.figures : {};
  }

  /** once() rejects where the worker fails meanwhile. */
  async #next(kind: FromDisturbanceWorker['kind']): Promise<FromDisturbanceWorker> {
    for (;;) {
      const [message] = (await once(this.#worker, 'message')) as [FromDisturbanceWorker];
      if (message.kind === kind) return message;
    }
  }
}
