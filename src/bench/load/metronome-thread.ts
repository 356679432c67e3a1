import { parentPort, workerData } from 'node:worker_threads';
import { DELAY_US, END, NEVER, ORDER } from './metronome-words.js';

/**
 * Entry of a metronome's thread. Node's timers have a grain of a millisecond; a wait on
 * a futex is exact to some 50 us and costs nothing while it lasts.
 */
const words = workerData as Int32Array;
let seen = 0;
for (;;) {
  Atomics.wait(words, ORDER, seen);
  seen = Atomics.load(words, ORDER);
  const delayUs = Atomics.load(words, DELAY_US);
  if (delayUs === END) break;
  Atomics.wait(words, NEVER, 0, delayUs / 1_000);
  parentPort?.postMessage(0);
}
