import { ACTION_ECHO, FRAMING_NONE, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { CLOSE_GOING_AWAY, CLOSE_MALFORMED, type Client } from './client.js';
import type { Session } from './session.js';

export interface EchoSessionOptions {
  readonly client: Client;
  readonly lane: Lane;
  readonly disconnectOnMalformed: boolean;
  readonly onEnded: () => void;
}

/**
 * A client of the built-in echo server, whose answers the worker writes: `result` is the
 * request's `params`. For trying things out, and for measuring everything but a server.
 */
export class EchoSession implements Session, FlowHandler {
  readonly #client: Client;
  readonly #flow: Flow;
  readonly #options: EchoSessionOptions;

  constructor(options: EchoSessionOptions) {
    this.#options = options;
    this.#client = options.client;
    const { lane, client } = options;
    this.#flow = new Flow(lane, op(ACTION_ECHO, client.framing, ON_BAD_REPLY), client.source, this);
    client.start(this.#flow);
  }

  get quiet(): boolean {
    return this.#flow.ring.pending === 0 && this.#client.source.peek() === null;
  }

  clientEnded(): void {
    this.#flow.endOfSource();
  }

  stop(code: number, reason: string): Promise<void> {
    this.#client.close(code, reason);
    return Promise.resolve();
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#client.framing === FRAMING_NONE) {
      this.#client.sink.write(flow, batch, from, to);
      return;
    }
    // The worker writes what it answers itself without framing; reply() adds it.
    for (let i = from; i < to; i++) this.#client.reply(batch.output(i));
    flow.taken(to - from);
  }

  deliverNothing(): void {
    // The echo server has nothing to say to notifications and responses.
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    if (batch.outputLength(index) > 0) this.#client.reply(batch.output(index));
    if (this.#options.disconnectOnMalformed)
      this.#client.close(CLOSE_MALFORMED, 'malformed message');
  }

  ended(): void {
    this.#client.close(CLOSE_GOING_AWAY, 'the input has ended');
    this.#options.onEnded();
  }
}
