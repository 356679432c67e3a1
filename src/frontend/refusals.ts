import { ACTION_REFUSE, FRAMING_NONE, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { RECEIVE_BUFFER_FULL, REFUSALS } from '../../workers/kernel/replies.js';
import { CLOSE_TRY_AGAIN_LATER } from '../close-codes.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler, type FrameSource, isArray } from '../lane/flow.js';
import { Ring } from '../lane/ring.js';
import { REFUSAL_BUFFER_BYTES, REFUSAL_RING_CAPACITY } from '../limits.js';
import type { Client } from '../session/client.js';
import { errorReply } from '../session/error-reply.js';
import { ReceiveBuffer } from '../transport/receive-buffer.js';

/** To a JSON array, whose elements nobody looks at. */
const ARRAY_REFUSED = errorReply('null', REFUSALS[RECEIVE_BUFFER_FULL]!);
const REFUSE = op(ACTION_REFUSE, FRAMING_NONE, ON_BAD_REPLY);

type RefusedClient = Pick<Client, 'reply' | 'close'>;

/**
 * The way of frames that are only answered with an error: beside the flow, with room of its own.
 */
export class Refusals implements FlowHandler, FrameSource {
  readonly #client: RefusedClient;
  readonly #flow: Flow;
  readonly #received = new ReceiveBuffer(REFUSAL_BUFFER_BYTES);

  constructor(refused: Flow, client: RefusedClient) {
    this.#client = client;
    this.#flow = new Flow({
      lane: refused.lane,
      op: REFUSE,
      source: this,
      handler: this,
      args: RECEIVE_BUFFER_FULL,
      ring: new Ring(REFUSAL_RING_CAPACITY, REFUSAL_BUFFER_BYTES),
    });
  }

  /** False when not even a refusal finds room. */
  offer(frame: Uint8Array): boolean {
    return (this.#received.empty && this.#flow.accept(frame)) || this.#received.push(frame);
  }

  peek(): Uint8Array | null {
    return this.#received.peek();
  }

  shift(): void {
    this.#received.shift();
  }

  resume(): void {
    // The client's socket is paused, if need be, for its other frames.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#client.reply(batch.output(i));
    flow.taken(to - from);
  }

  deliverNothing(): void {
    this.#client.close(CLOSE_TRY_AGAIN_LATER, 'receive buffer full');
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#client.reply(isArray(batch.input(index)) ? ARRAY_REFUSED : batch.output(index));
  }

  ended(): void {
    // Its source never ends.
  }
}
