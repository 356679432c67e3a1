import { AskedWorker } from '../asked-worker.js';
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
  readonly #worker: AskedWorker<'stop', FromDisturbanceWorker>;

  private constructor(plan: DisturbancePlan) {
    this.#worker = new AskedWorker(new URL('./disturbance-worker.js', import.meta.url), plan);
  }

  /** Connects them; settles when they are under way. Null where the plan has none. */
  static async start(plan: DisturbancePlan): Promise<Disturbance | null> {
    const { slowReaders, churnPerSecond, bigMessages } = plan.clients;
    if (slowReaders === 0 && churnPerSecond === 0 && bigMessages === 0) return null;
    const disturbance = new Disturbance(plan);
    await disturbance.#worker.next('ready');
    return disturbance;
  }

  /** Their figures, when they have come to their end. */
  async stop(): Promise<DisturbanceFigures> {
    const { figures } = await this.#worker.ask('stop', 'figures');
    return figures;
  }

  /** Ends their thread. */
  end(): Promise<void> {
    return this.#worker.end();
  }
}
