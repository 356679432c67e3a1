import type { Batch } from '../lane/batch.js';
import type { Flow } from '../lane/flow.js';

/** Where processed frames are written: a client's or a server's side. */
export interface FrameSink {
  /**
   * Writes the outputs of frames [from, to) of `batch`, in order; answers with
   * flow.taken() for each, now or when the transport has accepted the bytes. A sink
   * that is closed takes them at once: there is nobody left to have them.
   */
  write(flow: Flow, batch: Batch, from: number, to: number): void;
}
