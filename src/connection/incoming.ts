import type { Batch } from '../lane/batch.js';
import type { Flow, FlowHandler } from '../lane/flow.js';
import type { KeptFrames } from './kept-frames.js';
import { JsonRpcMessage } from './message.js';

/** What a connection tells its application, in order. `disconnected` comes once, and last. */
export type ConnectionEvent =
  | { readonly type: 'message'; readonly message: JsonRpcMessage }
  | { readonly type: 'malformed'; readonly reason: string }
  | { readonly type: 'disconnected'; readonly reason: string | null };

export interface IncomingOptions {
  readonly kept: KeptFrames;
  /** Bad messages become `malformed` events and reading goes on; else the first one disconnects. */
  readonly reportMalformed: boolean;
  /** The words for a bad message. */
  readonly parseReason: (why: string) => string;
  /** A bad message has ended the connection, which the application does not know yet. */
  readonly onMalformedEnd: () => void;
  /** The application knows of bytes that were left out: reading may go on. */
  readonly onLeftOutSeen: () => void;
  /** The application knows that the connection is over. */
  readonly onDisconnectedSeen: (reason: string | null) => void;
  /** Nothing that still comes in is wanted. */
  readonly stopReading: () => void;
}

interface QueuedEvent {
  readonly event: ConnectionEvent;
  /** It holds a place in the ring until it is yielded. */
  readonly pendingIn: Flow | null;
}

const DONE: IteratorResult<ConnectionEvent, undefined> = Object.freeze({
  done: true,
  value: undefined,
});

/**
 * The receiving side of a connection. A message is pending, and counts in the ring of 128, until
 * the iterator has yielded it; a full ring pauses the source.
 */
export class Incoming implements FlowHandler, AsyncIterableIterator<ConnectionEvent, undefined> {
  readonly #options: IncomingOptions;
  readonly #queue: QueuedEvent[] = [];
  readonly #readers: ((result: IteratorResult<ConnectionEvent, undefined>) => void)[] = [];
  /** The last event is in the queue, or nobody wants any: what still comes is dropped. */
  #over = false;
  #done = false;
  #endReason: string | null = null;

  constructor(options: IncomingOptions) {
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ConnectionEvent, undefined>> {
    const queued = this.#queue.shift();
    if (queued !== undefined) {
      this.#yielded(queued);
      return Promise.resolve({ done: false, value: queued.event });
    }
    if (this.#done) return Promise.resolve(DONE);
    return new Promise((resolve) => this.#readers.push(resolve));
  }

  /** The application has left its loop: reading stops, and what waits is dropped. */
  return(): Promise<IteratorResult<ConnectionEvent, undefined>> {
    this.#over = true;
    this.#done = true;
    this.#options.stopReading();
    for (const { pendingIn } of this.#queue.splice(0)) pendingIn?.taken(1);
    for (const resolve of this.#readers.splice(0)) resolve(DONE);
    return Promise.resolve(DONE);
  }

  /** Why the source ends, should that not be regular; told after the messages before it. */
  inputEnded(reason: string | null): void {
    this.#endReason = reason;
  }

  /** The connection is over: behind the messages that are in the queue, nothing follows. */
  disconnect(reason: string | null): void {
    if (this.#over) return;
    this.#over = true;
    this.#emit({ event: { type: 'disconnected', reason }, pendingIn: null });
    this.#options.stopReading();
  }

  /** Bytes were left out behind the frames that the flow has accepted. */
  leftOut(why: string): void {
    this.#options.kept.push(why);
    this.#emitLeftOut();
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) {
      const frame = this.#options.kept.shiftFrame();
      if (this.#over) flow.taken(1);
      else {
        const message = JsonRpcMessage.fromBatch(frame, batch, i);
        this.#emit({ event: { type: 'message', message }, pendingIn: flow });
      }
      this.#emitLeftOut();
    }
  }

  deliverBad(flow: Flow, batch: Batch, index: number): void {
    this.#options.kept.shiftFrame();
    if (this.#over) flow.taken(1);
    else this.#malformed(Buffer.from(batch.output(index)).toString('utf8'), flow);
    this.#emitLeftOut();
  }

  deliverNothing(): void {
    // Frames that are only scanned come in deliver().
  }

  ended(): void {
    this.disconnect(this.#endReason);
  }

  #emitLeftOut(): void {
    for (;;) {
      const why = this.#options.kept.shiftLeftOut();
      if (why === null) return;
      if (!this.#over) this.#malformed(why, null);
    }
  }

  #malformed(why: string, pendingIn: Flow | null): void {
    const reason = this.#options.parseReason(why);
    if (this.#options.reportMalformed) {
      this.#emit({ event: { type: 'malformed', reason }, pendingIn });
      return;
    }
    this.#options.onMalformedEnd();
    this.disconnect(reason);
    pendingIn?.taken(1);
  }

  #emit(queued: QueuedEvent): void {
    const reader = this.#readers.shift();
    if (reader === undefined) {
      this.#queue.push(queued);
      return;
    }
    reader({ done: false, value: queued.event });
    this.#yielded(queued);
  }

  #yielded({ event, pendingIn }: QueuedEvent): void {
    if (pendingIn !== null) pendingIn.taken(1);
    else if (event.type === 'malformed') this.#options.onLeftOutSeen();
    else if (event.type === 'disconnected') {
      this.#done = true;
      for (const resolve of this.#readers.splice(0)) resolve(DONE);
      this.#options.onDisconnectedSeen(event.reason);
    }
  }
}
