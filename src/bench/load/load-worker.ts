import { parentPort, workerData } from 'node:worker_threads';
import { LoadThread } from './load-thread.js';
import type { FromLoadWorker, ToLoadWorker } from './load-worker-messages.js';
import type { ThreadPlan } from './thread-plan.js';

/** Entry of a load worker (`--threads`): a LoadThread that is told what to do by messages. */
const port = parentPort;
if (port === null) throw new Error('load-worker.js is to be run as a worker thread');

const thread = new LoadThread(workerData as ThreadPlan);
thread.onSecond = (point) => tell({ kind: 'second', point });

port.on('message', (message: ToLoadWorker) => {
  // A rejection ends the worker, and its 'error' event tells the benchmark.
  void obey(message);
});

async function obey(message: ToLoadWorker): Promise<void> {
  switch (message.kind) {
    case 'connect':
      tell({ kind: 'connected', report: await thread.connect() });
      return;
    case 'run':
      tell({ kind: 'outcome', outcome: await thread.run(message.startEpochMs) });
      return;
    case 'abandon':
      tell({ kind: 'outcome', outcome: await thread.abandon() });
      return;
    case 'stop':
      thread.stop();
      return;
    case 'close':
      await thread.close();
      tell({ kind: 'closed' });
  }
}

function tell(message: FromLoadWorker): void {
  port!.postMessage(message);
}
