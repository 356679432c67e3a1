import type { Batch } from '../lane/batch.js';
import type { Flow, FlowHandler } from '../lane/flow.js';
import { takesServerArray } from './server-array.js';

/** What both directions of a session tell it. */
export interface PassedThrough {
  deliverToServer(flow: Flow, batch: Batch, from: number, to: number): void;
  badFromClient(batch: Batch, index: number): void;
  /** FlowHandler.array(). */
  arrayFromClient(count: number): boolean;
  clientFlowEnded(): void;
  deliverToClient(flow: Flow, batch: Batch, from: number, to: number): void;
  badFromServer(batch: Batch, index: number): void;
  noise(reason: string): void;
  /** What the server said cannot be delivered, and whom it would have answered is not known. */
  tooBig(reason: string): void;
  serverFlowEnded(): void;
}

/** What becomes of a client's frames. */
export class ToServer implements FlowHandler {
  readonly #session: PassedThrough;

  constructor(session: PassedThrough) {
    this.#session = session;
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    this.#session.deliverToServer(flow, batch, from, to);
  }

  deliverNothing(): void {
    // ACTION_PASS writes something for every good frame.
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#session.badFromClient(batch, index);
  }

  array(_flow: Flow, count: number): boolean {
    return this.#session.arrayFromClient(count);
  }

  ended(): void {
    this.#session.clientFlowEnded();
  }
}

/** What becomes of its server's. */
export class ToClient implements FlowHandler {
  readonly #session: PassedThrough;

  constructor(session: PassedThrough) {
    this.#session = session;
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    this.#session.deliverToClient(flow, batch, from, to);
  }

  deliverNothing(): void {
    // ACTION_PASS writes something for every good frame.
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#session.badFromServer(batch, index);
  }

  array(_flow: Flow, count: number): boolean {
    return takesServerArray(this.#session, count);
  }

  ended(): void {
    this.#session.serverFlowEnded();
  }
}
