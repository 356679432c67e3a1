import { ACTION_ECHO, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { CLOSE_GOING_AWAY } from '../close-codes.js';
import { unframe } from '../framing/message-framing.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { ArrayReplies } from './array-replies.js';
import type { Client } from './client.js';
import { MalformedInput } from './malformed.js';
import type { Session } from './session.js';
import { UnreadAnswers } from './unread-answers.js';

/** The same object for all sessions: idle clients are many. */
export interface EchoSettings {
  readonly disconnectOnMalformed: boolean;
  /** Elements that a JSON array may have; 0 refuses arrays. */
  readonly maxArray: number;
}

/**
 * A client of the built-in echo server, whose answers the worker writes: `result` is the
 * request's `params`. For trying things out, and for measuring everything but a server.
 */
export class EchoSession implements Session, FlowHandler {
  readonly #client: Client;
  readonly #flow: Flow;
  readonly #maxArray: number;
  readonly #malformed: MalformedInput;
  readonly #onEnded: (session: Session) => void;
  #arrays: ArrayReplies | null = null;

  constructor(
    client: Client,
    lane: Lane,
    settings: EchoSettings,
    onEnded: (session: Session) => void,
  ) {
    this.#client = client;
    this.#maxArray = settings.maxArray;
    this.#malformed = new MalformedInput(client, settings.disconnectOnMalformed);
    this.#onEnded = onEnded;
    this.#flow = new Flow({
      lane,
      op: op(ACTION_ECHO, client.framing, ON_BAD_REPLY),
      source: client.source,
      handler: this,
      maxArray: settings.maxArray,
      takesTurns: true,
    });
    client.start(this.#flow);
  }

  get quiet(): boolean {
    if (!this.#flow.isIdle || this.#client.heldBackBytes > 0) return false;
    return this.#client.source.peek() === null;
  }

  clientEnded(): void {
    this.#flow.endOfSource();
  }

  stop(code: number, reason: string): Promise<void> {
    this.#client.close(code, reason);
    return Promise.resolve();
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    let i = from;
    for (; i < to && this.#arrays?.active === true; i++) {
      this.#arrays.next(true)!.add(unframe(batch.output(i), this.#client.framing));
      flow.taken(1);
    }
    if (i < to) this.#client.sink.write(flow, batch, i, to);
  }

  deliverNothing(): void {
    // The echo server has nothing to say to notifications and responses.
    this.#arrays?.next(false);
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    const output = batch.output(index);
    if (this.#malformed.closesFor(batch, index)) this.#arrays?.next(false);
    else if (this.#arrays !== null) this.#arrays.error(output);
    else if (output.length > 0) this.#client.reply(output);
  }

  array(_flow: Flow, count: number): boolean {
    if (this.#malformed.refusesArray(count)) return false;
    this.#arrays ??= new ArrayReplies(
      new UnreadAnswers(this.#client, () => [this.#flow]),
      this.#maxArray,
    );
    return this.#arrays.begin(count);
  }

  ended(): void {
    this.#client.close(CLOSE_GOING_AWAY, 'the input has ended');
    this.#onEnded(this);
  }
}
