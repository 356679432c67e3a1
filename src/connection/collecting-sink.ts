import type { Batch } from '../lane/batch.js';
import type { Flow } from '../lane/flow.js';
import type { BatchFlusher } from '../lane/lane.js';
import type { Client } from '../session/client.js';
import type { FrameSink } from '../transport/frame-sink.js';

const FIRST_FRAMES = 16;

/**
 * Collects what a batch has for a client, for one send: applications that serve many connections
 * send a message here and a message there, so in a batch those of one are seldom neighbours.
 */
export class CollectingSink implements FrameSink, BatchFlusher {
  readonly #client: Client;
  #frames = new Int32Array(FIRST_FRAMES);
  #count = 0;
  #flow: Flow | null = null;

  constructor(client: Client) {
    this.#client = client;
  }

  write(flow: Flow, _batch: Batch, from: number, to: number): void {
    if (this.#count === 0) flow.lane.flushLater(this);
    this.#flow = flow;
    for (let i = from; i < to; i++) this.#add(i);
  }

  flush(batch: Batch): void {
    const flow = this.#flow!;
    const count = this.#count;
    this.#count = 0;
    this.#client.send(batch, this.#frames, count);
    if (this.#client.heldBackBytes === 0) flow.taken(count);
    else this.#client.onceRead(() => flow.taken(count));
  }

  #add(frame: number): void {
    if (this.#count === this.#frames.length) {
      const grown = new Int32Array(2 * this.#count);
      grown.set(this.#frames);
      this.#frames = grown;
    }
    this.#frames[this.#count++] = frame;
  }
}
