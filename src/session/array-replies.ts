import type { ReplyError } from '../../workers/kernel/replies.js';
import { MAX_ARRAY_ANSWER_BYTES } from '../limits.js';
import { errorReply } from './error-reply.js';
import { GATEWAY_ERRORS, withData } from './gateway-errors.js';

const OPEN: Uint8Array = Buffer.from('[');
const COMMA: Uint8Array = Buffer.from(',');
const CLOSE: Uint8Array = Buffer.from(']');

/** Where replies go: a client, or a queue before it. */
export interface ReplyTarget {
  sendOne(message: Uint8Array): void;
  /** An error reply of the gateway. */
  reply(bytes: Uint8Array): void;
}

/** How much of answers is kept for arrays that are not whole. */
interface KeptBytes {
  bytes: number;
}

/** Collects the answers to the elements of one JSON array, and sends them as one array. */
export class ArrayReply {
  readonly #client: ReplyTarget;
  readonly #kept: KeptBytes;
  #replies: Uint8Array[] = [];
  #bytes = 0;
  #awaited = 0;
  #sealed = false;

  /** `kept`: of all arrays of the client. */
  constructor(client: ReplyTarget, kept: KeptBytes) {
    this.#client = client;
    this.#kept = kept;
  }

  /** An answer will come for one more element. */
  expect(): void {
    this.#awaited++;
  }

  /**
   * An expected answer; the bytes are copied. `id`: its id as JSON text, where an error may take
   * the place of an answer for which there is no room; one that is alone always has it.
   */
  add(reply: Uint8Array, id?: string | Uint8Array): void {
    this.#awaited--;
    const { bytes } = this.#kept;
    const hasRoom = bytes === 0 || bytes + reply.length <= MAX_ARRAY_ANSWER_BYTES;
    const answer =
      hasRoom || id === undefined
        ? new Uint8Array(reply)
        : errorReply(id, GATEWAY_ERRORS.batchAnswerTooBig);
    this.#replies.push(answer);
    this.#bytes += answer.length;
    this.#kept.bytes += answer.length;
    this.#sendIfWhole();
  }

  /** An expected answer will not come. */
  forgo(): void {
    this.#awaited--;
    this.#sendIfWhole();
  }

  /** All elements have been seen: no further expect() comes. */
  seal(): void {
    this.#sealed = true;
    this.#sendIfWhole();
  }

  #sendIfWhole(): void {
    if (!this.#sealed || this.#awaited > 0) return;
    // JSON-RPC 2.0 section 6: where there is nothing to answer, nothing is sent.
    if (this.#replies.length === 0) return;
    const parts = [OPEN];
    for (const [i, reply] of this.#replies.entries()) {
      if (i > 0) parts.push(COMMA);
      parts.push(reply);
    }
    parts.push(CLOSE);
    this.#replies = [];
    this.#kept.bytes -= this.#bytes;
    this.#client.sendOne(Buffer.concat(parts));
  }
}

/**
 * Knows which of a flow's results belong to an array: an array's elements come back
 * together and in order, so counting is enough.
 */
export class ArrayReplies {
  readonly #client: ReplyTarget;
  readonly #maxArray: number;
  readonly #kept: KeptBytes = { bytes: 0 };
  #current: ArrayReply | null = null;
  #remaining = 0;

  constructor(client: ReplyTarget, maxArray: number) {
    this.#client = client;
    this.#maxArray = maxArray;
  }

  /** FlowHandler.array(): begins an array, or answers it as a whole. */
  begin(count: number): boolean {
    if (count === 0) {
      this.#refuse(GATEWAY_ERRORS.emptyArray);
      return false;
    }
    if (count > this.#maxArray) {
      this.#refuse(withData(GATEWAY_ERRORS.batchTooBig, { limit: this.#maxArray }));
      return false;
    }
    this.#current = new ArrayReply(this.#client, this.#kept);
    this.#remaining = count;
    return true;
  }

  /** True while results of elements come next. */
  get active(): boolean {
    return this.#current !== null;
  }

  /**
   * The array that the next result belongs to, or null. `answered`: an answer to it will be
   * added.
   */
  next(answered: boolean): ArrayReply | null {
    const current = this.#current;
    if (current === null) return null;
    if (answered) current.expect();
    if (--this.#remaining === 0) {
      this.#current = null;
      // At once: what still has to be added sends the array, and a client that ends has it first.
      current.seal();
    }
    return current;
  }

  /** The next result is an error reply of ours; empty when not even the id can be said. */
  error(reply: Uint8Array): void {
    const array = this.next(reply.length > 0);
    if (reply.length === 0) return;
    if (array !== null) array.add(reply);
    else this.#client.reply(reply);
  }

  #refuse(error: ReplyError): void {
    this.#client.reply(errorReply('null', error));
  }
}
