import { parentPort, workerData } from 'node:worker_threads';
import type {
  DisturbanceFigures,
  DisturbancePlan,
  FromDisturbanceWorker,
} from './disturbance-plan.js';
import { Churn, DisturbingGroup } from './disturbing-load.js';

/** Entry of the disturbance's thread: begins at once, and at the first message ends and tells. */
const port = parentPort;
if (port === null) throw new Error('disturbance-worker.js is to be run as a worker thread');

const plan = workerData as DisturbancePlan;
const groups: DisturbingGroup[] = [];
if (plan.clients.slowReaders > 0) groups.push(DisturbingGroup.slowReaders(plan));
if (plan.clients.bigMessages > 0) groups.push(DisturbingGroup.bigMessages(plan));
const churn = plan.clients.churnPerSecond > 0 ? new Churn(plan) : null;

port.once('message', () => {
  // A rejection ends the worker, and its 'error' event tells the benchmark.
  void stop();
});

await Promise.all(groups.map((group) => group.start()));
churn?.start();
tell({ kind: 'ready' });

async function stop(): Promise<void> {
  const parts: DisturbanceFigures[] = await Promise.all(groups.map((group) => group.stop()));
  if (churn !== null) parts.push(await churn.stop());
  tell({ kind: 'figures', figures: Object.assign({}, ...parts) as DisturbanceFigures });
}

function tell(message: FromDisturbanceWorker): void {
  port!.postMessage(message);
}
