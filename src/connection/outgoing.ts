import { ACTION_PASS, ON_BAD_REASON, op } from '../../workers/batch-layout.js';
import { messageOf, SluiceError } from '../errors.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import type { FrameSink } from '../transport/frame-sink.js';
import type { JsonRpcObject } from './message.js';

/** The sending side of a connection. */
export interface OutgoingMessages {
  /**
   * Sends a message. Settles when it is accepted: at once while fewer than 128 (and less than
   * 2 MiB) are pending, that is, not yet taken by the transport; else when there is room. Messages
   * go out in the order of the calls.
   *
   * A plain object is serialized by JSON.stringify here, on the calling thread: handing it to a
   * worker would clone it first, which costs more than to serialize it. Bytes are one JSON-RPC
   * message in UTF-8 without framing; they are checked, and raw line breaks between tokens become
   * spaces where a line is a message. They are borrowed until the promise has settled.
   *
   * @throws SluiceError (as a rejection) SLUICE_ERR_DISCONNECTED when the connection is over, also
   *   for calls that were waiting; SLUICE_ERR_SERIALIZE when the object cannot be serialized, which
   *   ends the connection as every failure of a side does
   */
  send(message: JsonRpcObject | Uint8Array): Promise<void>;
  /**
   * No more will be sent: once everything accepted is written, a stream is ended, a WebSocket
   * closed with 1000. Messages still come in until the other side ends too. After a failure, or the
   * other side's end, it ends the stream that is left.
   */
  end(): void;
}

export interface OutgoingOptions {
  readonly label: string;
  readonly lane: Lane;
  readonly framing: number;
  readonly sink: FrameSink;
  /** A message could not be serialized. Returns the reason that the connection has ended for. */
  readonly onSerializeFailed: (why: string) => string;
  /** `isOpen`: nothing has ended it before. */
  readonly onEndAsked: (isOpen: boolean) => void;
  /** Nothing is pending and nothing will come. */
  readonly onDrained: () => void;
}

interface WaitingMessage {
  readonly bytes: Uint8Array;
  readonly accepted: () => void;
  readonly refused: (error: SluiceError) => void;
}

/** Messages on their way out: through the lane, which checks and frames them, to the sink. */
export class Outgoing implements OutgoingMessages, FlowHandler, FrameSource {
  readonly #options: OutgoingOptions;
  readonly #flow: Flow;
  /**
   * In the order of the calls, from `#next` on: to take the first of many away would move all
   * others.
   */
  #waiting: WaitingMessage[] = [];
  #next = 0;
  #closed = false;
  /** What is pending cannot be written, or is not to be. */
  #dropping = false;

  constructor(options: OutgoingOptions) {
    this.#options = options;
    const { lane, framing } = options;
    this.#flow = new Flow({
      lane,
      op: op(ACTION_PASS, framing, ON_BAD_REASON),
      source: this,
      handler: this,
    });
  }

  send(message: JsonRpcObject | Uint8Array): Promise<void> {
    if (this.#closed) return Promise.reject(this.#disconnected());
    let bytes: Uint8Array;
    try {
      bytes = message instanceof Uint8Array ? message : serialize(message);
    } catch (error) {
      const reason = this.#options.onSerializeFailed(messageOf(error));
      return Promise.reject(new SluiceError('SLUICE_ERR_SERIALIZE', reason, { cause: error }));
    }
    if (this.#waiting.length === 0 && this.#flow.accept(bytes)) return Promise.resolve();
    return new Promise((accepted, refused) => this.#waiting.push({ bytes, accepted, refused }));
  }

  end(): void {
    this.#options.onEndAsked(!this.#closed);
  }

  /** Accepts no more; what was accepted is still written. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    const waiting = this.#waiting.slice(this.#next);
    this.#waiting = [];
    this.#next = 0;
    for (const { refused } of waiting) refused(this.#disconnected());
    this.#flow.endOfSource();
  }

  /** The same where nothing can be written any more. */
  fail(): void {
    this.#dropping = true;
    this.close();
  }

  peek(): Uint8Array | null {
    return this.#waiting[this.#next]?.bytes ?? null;
  }

  shift(): void {
    const { accepted } = this.#waiting[this.#next++]!;
    // Half of it at least each time, so each message is moved once on average.
    if (this.#next * 2 >= this.#waiting.length) {
      this.#waiting.splice(0, this.#next);
      this.#next = 0;
    }
    accepted();
  }

  resume(): void {
    // send() comes by itself.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    if (this.#dropping) flow.taken(to - from);
    else this.#options.sink.write(flow, batch, from, to);
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    if (this.#dropping) return;
    // As a writer that stops at what it cannot write: what was sent after it does not go out.
    this.#dropping = true;
    this.#options.onSerializeFailed(Buffer.from(batch.output(index)).toString('utf8'));
  }

  deliverNothing(): void {
    // ACTION_PASS writes something for every good frame.
  }

  ended(): void {
    this.#options.onDrained();
  }

  #disconnected(): SluiceError {
    return new SluiceError(
      'SLUICE_ERR_DISCONNECTED',
      `cannot send to ${this.#options.label}: the connection is closed; see the reason in its disconnected event`,
    );
  }
}

function serialize(message: JsonRpcObject): Uint8Array {
  const text = JSON.stringify(message) as string | undefined;
  if (text === undefined) throw new TypeError(`${typeof message} has no JSON form`);
  return Buffer.from(text);
}
