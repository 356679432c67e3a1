import {
  ERROR_END,
  ID_START,
  KIND_ERROR,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  KIND_RESPONSE,
  VERDICT,
} from '../../workers/batch-layout.js';
import type { Batch } from '../lane/batch.js';

/** What a message is, by which members it has: EnvelopeScanner. */
export type MessageKind = 'request' | 'notification' | 'response' | 'error';

/** A number that JSON.parse cannot hold exactly is still exact in `message.bytes`. */
export type JsonRpcId = string | number;

/** The `error` member of an error reply (JSON-RPC 2.0 section 5.1). */
export interface JsonRpcErrorObject {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/**
 * A message as a plain object, in one of the four forms. `jsonrpc` is sent where it is there,
 * and not added where it is not.
 */
export type JsonRpcObject = { readonly jsonrpc?: '2.0' } & (
  | {
      readonly id: JsonRpcId;
      readonly method: string;
      readonly params?: unknown;
      readonly trace?: unknown;
    }
  | { readonly method: string; readonly params?: unknown }
  | { readonly id: JsonRpcId; readonly result: unknown }
  | { readonly id: JsonRpcId | null; readonly error: JsonRpcErrorObject }
);

const KINDS: Readonly<Record<number, MessageKind>> = {
  [KIND_REQUEST]: 'request',
  [KIND_NOTIFICATION]: 'notification',
  [KIND_RESPONSE]: 'response',
  [KIND_ERROR]: 'error',
};

/** The members in the order of their spans in batch-layout.ts. */
const ID = 0;
const METHOD = 1;
const PARAMS = 2;
const RESULT = 3;
const ERROR = 4;

/**
 * One received message. A worker has validated all of it and found where its members are; a
 * member is only parsed when it is asked for, on the thread that asks, and once.
 */
export class JsonRpcMessage {
  readonly kind: MessageKind;
  /**
   * The frame as it came, without what framed it. It belongs to the message and never
   * changes; it may be a view on a chunk of the stream, which lives as long as it does, so copy
   * what is small and kept long.
   */
  readonly bytes: Uint8Array;
  /** [start, end) of each member in `bytes`; end 0 where it is absent. */
  readonly #spans: readonly number[];
  #values: unknown[] | null = null;

  private constructor(kind: MessageKind, bytes: Uint8Array, spans: readonly number[]) {
    this.kind = kind;
    this.bytes = bytes;
    this.#spans = spans;
  }

  /** The message that frame `index` of a processed batch is. @internal */
  static fromBatch(bytes: Uint8Array, batch: Batch, index: number): JsonRpcMessage {
    const spans: number[] = [];
    for (let word = ID_START; word <= ERROR_END; word++) spans.push(batch.word(index, word));
    return new JsonRpcMessage(KINDS[batch.word(index, VERDICT)]!, bytes, spans);
  }

  /** Of a request and its reply; null in an error reply to what could not be read. */
  get id(): JsonRpcId | null | undefined {
    return this.#member(ID) as JsonRpcId | null | undefined;
  }

  get method(): string | undefined {
    return this.#member(METHOD) as string | undefined;
  }

  get params(): unknown {
    return this.#member(PARAMS);
  }

  get result(): unknown {
    return this.#member(RESULT);
  }

  get error(): JsonRpcErrorObject | undefined {
    return this.#member(ERROR) as JsonRpcErrorObject | undefined;
  }

  /** The whole message, parsed anew at each call. */
  toObject(): JsonRpcObject {
    return this.#parse(0, this.bytes.length) as JsonRpcObject;
  }

  #member(member: number): unknown {
    const end = this.#spans[member * 2 + 1]!;
    if (end === 0) return undefined;
    this.#values ??= [];
    if (!(member in this.#values)) {
      this.#values[member] = this.#parse(this.#spans[member * 2]!, end);
    }
    return this.#values[member];
  }

  #parse(start: number, end: number): unknown {
    const { buffer, byteOffset, length } = this.bytes;
    return JSON.parse(Buffer.from(buffer, byteOffset, length).toString('utf8', start, end));
  }
}
