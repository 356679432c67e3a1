import { CR, LF, MINUS, NINE, QUOTE, SPACE, ZERO } from '../ascii.js';
import {
  ACTION_ECHO,
  ACTION_FROM_SERVER,
  ACTION_PASS,
  ACTION_REFUSE,
  ACTION_TO_SERVER,
  ARG,
  actionOf,
  BAD_JSON,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NDJSON,
  framingOf,
  ID_END,
  ID_HASH,
  ID_START,
  IN_LENGTH,
  IN_OFFSET,
  KIND_REQUEST,
  KIND_RESPONSE,
  MAX_REASON_BYTES,
  ON_BAD_REPLY,
  OP,
  OUT_END,
  OUT_LENGTH,
  OUT_LIMIT,
  OUT_OFFSET,
  onBadOf,
  PARAMS_END,
  PARAMS_START,
  REQUEST_ID,
  SPAN_A_END,
  SPAN_A_START,
  SPAN_B_END,
  SPAN_B_START,
  VERDICT,
} from '../batch-layout.js';
import { GIVEN_TOKEN_END, GIVEN_TOKEN_PARTIAL, GIVEN_TOKEN_START } from '../given-tokens.js';
import { plainIdHash } from '../id-hash.js';
import { findStoredId, MAX_GIVEN_ID, storedIdLength, storeId } from '../id-store.js';
import { INVALID_REQUEST, PARSE_ERROR, REFUSALS, REPLY_START } from './replies.js';

/** Digits of the largest id that we give (2^31 - 1). */
const MAX_ID_DIGITS = 10;

const encoder = new TextEncoder();
const HEADER_NAME = encoder.encode('Content-Length: ');
const HEADER_END = encoder.encode('\r\n\r\n');
const ENCODED_REPLY_START = encoder.encode(REPLY_START);
const RESULT_MEMBER = encoder.encode(',"result":');
const TOKEN_START = encoder.encode(GIVEN_TOKEN_START);
const PARTIAL = encoder.encode(GIVEN_TOKEN_PARTIAL);
const TOKEN_END = encoder.encode(GIVEN_TOKEN_END);
const NULL = encoder.encode('null');
const CLOSE = encoder.encode('}');
const TOKEN_SPANS = [SPAN_A_START, SPAN_B_START] as const;
const REWRITTEN_SPANS = [ID_START, ...TOKEN_SPANS] as const;

/**
 * Writes what goes out for one scanned frame into the output region, behind what is
 * there, and notes where in the frame's descriptor.
 */
export class FrameWriter {
  readonly #ids: Uint8Array;
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #limit = 0;

  /** `ids`: the id store (id-store.ts). */
  constructor(ids: Uint8Array) {
    this.#ids = ids;
  }

  /** `reason`: why the frame is bad; `hasLineBreak`: it has a raw CR or LF between tokens. */
  write(
    control: Int32Array,
    frame: number,
    bytes: Uint8Array,
    reason: string,
    hasLineBreak: boolean,
  ): void {
    const start = control[OUT_END]!;
    this.#bytes = bytes;
    this.#at = start;
    this.#limit = control[OUT_LIMIT]!;
    const op = control[frame + OP]!;
    const action = actionOf(op);
    const framing = framingOf(op);
    if (action === ACTION_PASS) control[frame + ID_HASH] = this.#idHash(control, frame);
    if (control[frame + VERDICT]! < 0) {
      if (onBadOf(op) === ON_BAD_REPLY) this.#badReply(control, frame, reason);
      else this.#text(reason.slice(0, MAX_REASON_BYTES));
    } else if (action === ACTION_PASS) {
      this.#pass(control, frame, framing, hasLineBreak);
    } else if (action === ACTION_TO_SERVER) {
      this.#toServer(control, frame, framing, hasLineBreak);
    } else if (action === ACTION_FROM_SERVER) {
      this.#fromServer(control, frame, framing, hasLineBreak);
    } else if (control[frame + VERDICT] === KIND_REQUEST) {
      if (action === ACTION_ECHO) this.#echo(control, frame, framing, hasLineBreak);
      else if (action === ACTION_REFUSE) this.#refusal(control, frame);
    }
    control[frame + OUT_OFFSET] = start;
    control[frame + OUT_LENGTH] = this.#at - start;
    control[OUT_END] = this.#at;
  }

  /** A bad frame may have an id, too: that of a reply that is not JSON behind it. */
  #idHash(control: Int32Array, frame: number): number {
    const frameStart = control[frame + IN_OFFSET]!;
    const idStart = frameStart + control[frame + ID_START]!;
    return plainIdHash(this.#bytes, idStart, frameStart + control[frame + ID_END]!);
  }

  #pass(control: Int32Array, frame: number, framing: number, hasLineBreak: boolean): void {
    const length = control[frame + IN_LENGTH]!;
    if (framing === FRAMING_CONTENT_LENGTH) this.#header(length);
    const start = this.#at;
    this.#copy(control[frame + IN_OFFSET]!, length);
    this.#endFrame(start, framing, hasLineBreak);
  }

  /** A request with the integer ARG as its id, and tokens made from it; anything else as it is. */
  #toServer(control: Int32Array, frame: number, framing: number, hasLineBreak: boolean): void {
    if (control[frame + VERDICT] !== KIND_REQUEST) {
      this.#pass(control, frame, framing, hasLineBreak);
      return;
    }
    const id = control[frame + ARG]!;
    const frameStart = control[frame + IN_OFFSET]!;
    const idStart = control[frame + ID_START]!;
    const idEnd = control[frame + ID_END]!;
    storeId(this.#ids, id, this.#bytes, frameStart + idStart, frameStart + idEnd);
    this.#keepTokensOnly(control, frame);
    const length = control[frame + IN_LENGTH]!;
    if (framing === FRAMING_CONTENT_LENGTH) this.#header(length + growth(control, frame, id));
    const start = this.#at;
    let from = 0;
    for (let word = 0; ; from = control[frame + word + 1]!) {
      word = nextSpan(control, frame, from);
      const to = word === 0 ? length : control[frame + word]!;
      this.#copy(frameStart + from, to - from);
      if (word === 0) break;
      if (word === ID_START) this.#number(id);
      else this.#token(id, word === SPAN_B_START);
    }
    this.#endFrame(start, framing, hasLineBreak);
  }

  /**
   * MCP and LSP have strings and numbers for tokens; null and the like ask for no progress, and
   * stay.
   */
  #keepTokensOnly(control: Int32Array, frame: number): void {
    for (const word of TOKEN_SPANS) {
      if (control[frame + word + 1] === 0) continue;
      const first = this.#bytes[control[frame + IN_OFFSET]! + control[frame + word]!]!;
      const isToken = first === QUOTE || first === MINUS || (first >= ZERO && first <= NINE);
      if (!isToken) control[frame + word + 1] = 0;
    }
  }

  /** The token that a request with this id has at the server. */
  #token(id: number, isPartial: boolean): void {
    this.#put(TOKEN_START);
    this.#number(id);
    if (isPartial) this.#put(PARTIAL);
    this.#put(TOKEN_END);
  }

  /** A reply with its original id, if that is known; anything else as it is. */
  #fromServer(control: Int32Array, frame: number, framing: number, hasLineBreak: boolean): void {
    if (control[frame + VERDICT]! < KIND_RESPONSE) {
      this.#pass(control, frame, framing, hasLineBreak);
      return;
    }
    const frameStart = control[frame + IN_OFFSET]!;
    const idStart = control[frame + ID_START]!;
    const idEnd = control[frame + ID_END]!;
    const id = this.#givenId(frameStart + idStart, frameStart + idEnd);
    control[frame + REQUEST_ID] = id;
    const original = id === 0 ? -1 : findStoredId(this.#ids, id);
    if (original === -1) return;
    const originalLength = storedIdLength(this.#ids, original);
    const length = control[frame + IN_LENGTH]!;
    if (framing === FRAMING_CONTENT_LENGTH)
      this.#header(length - (idEnd - idStart) + originalLength);
    const start = this.#at;
    this.#copy(frameStart, idStart);
    this.#put(this.#ids.subarray(original, original + originalLength));
    this.#copy(frameStart + idEnd, length - idEnd);
    this.#endFrame(start, framing, hasLineBreak);
  }

  /** The integer in [start, end), if it is written as we write ids; else 0. */
  #givenId(start: number, end: number): number {
    if (end - start > MAX_ID_DIGITS || this.#bytes[start] === ZERO) return 0;
    let id = 0;
    for (let i = start; i < end; i++) {
      const c = this.#bytes[i]!;
      if (c < ZERO || c > NINE) return 0;
      id = id * 10 + (c - ZERO);
    }
    return id > MAX_GIVEN_ID ? 0 : id;
  }

  /** What the output framing adds behind a message that was written from `start` on. */
  #endFrame(start: number, framing: number, hasLineBreak: boolean): void {
    if (framing !== FRAMING_NDJSON) return;
    if (hasLineBreak) this.#flatten(start);
    this.#claim(1);
    this.#bytes[this.#at++] = LF;
  }

  /** Line breaks between tokens end a line of ndjson; as spaces they mean the same. */
  #flatten(start: number): void {
    const bytes = this.#bytes;
    for (let i = start; i < this.#at; i++) {
      if (bytes[i] === LF || bytes[i] === CR) bytes[i] = SPACE;
    }
  }

  #header(length: number): void {
    this.#put(HEADER_NAME);
    this.#number(length);
    this.#put(HEADER_END);
  }

  /** A whole number, 0 or above, in decimal. */
  #number(value: number): void {
    const count = digits(value);
    this.#claim(count);
    let rest = value;
    for (let k = count - 1; k >= 0; k--) {
      this.#bytes[this.#at + k] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#at += count;
  }

  #echo(control: Int32Array, frame: number, framing: number, hasLineBreak: boolean): void {
    const frameStart = control[frame + IN_OFFSET]!;
    const idStart = frameStart + control[frame + ID_START]!;
    const idLength = control[frame + ID_END]! - control[frame + ID_START]!;
    const hasParams = control[frame + PARAMS_END] !== 0;
    const paramsStart = frameStart + control[frame + PARAMS_START]!;
    const paramsLength = control[frame + PARAMS_END]! - control[frame + PARAMS_START]!;
    if (framing === FRAMING_CONTENT_LENGTH) {
      const resultLength = hasParams ? paramsLength : NULL.length;
      this.#header(
        REPLY_START.length + idLength + RESULT_MEMBER.length + resultLength + CLOSE.length,
      );
    }
    const start = this.#at;
    this.#put(ENCODED_REPLY_START);
    this.#copy(idStart, idLength);
    this.#put(RESULT_MEMBER);
    if (hasParams) this.#copy(paramsStart, paramsLength);
    else this.#put(NULL);
    this.#put(CLOSE);
    this.#endFrame(start, framing, hasLineBreak);
  }

  #refusal(control: Int32Array, frame: number): void {
    const refusal = REFUSALS[control[frame + ARG]!];
    if (refusal === undefined) throw new RangeError('no such refusal');
    this.#errorReply(control, frame, refusal);
  }

  #badReply(control: Int32Array, frame: number, reason: string): void {
    const error = control[frame + VERDICT] === BAD_JSON ? PARSE_ERROR : INVALID_REQUEST;
    const detail = reason.slice(0, MAX_REASON_BYTES);
    this.#errorReply(control, frame, { ...error, data: { ...error.data, detail } });
  }

  #errorReply(control: Int32Array, frame: number, error: object): void {
    this.#put(ENCODED_REPLY_START);
    // JSON-RPC 2.0, 5: of what is not JSON the id is not known.
    if (control[frame + ID_END] === 0 || control[frame + VERDICT] === BAD_JSON) this.#put(NULL);
    else {
      const start = control[frame + IN_OFFSET]!;
      this.#copySpan(start, control[frame + ID_START]!, control[frame + ID_END]!);
    }
    this.#text(`,"error":${JSON.stringify(error)}}`);
  }

  #copySpan(frameStart: number, start: number, end: number): void {
    this.#copy(frameStart + start, end - start);
  }

  #copy(from: number, length: number): void {
    this.#claim(length);
    this.#bytes.copyWithin(this.#at, from, from + length);
    this.#at += length;
  }

  #put(part: Uint8Array): void {
    this.#claim(part.length);
    this.#bytes.set(part, this.#at);
    this.#at += part.length;
  }

  /** Nothing is written past the limit, not even by a frame that then fails. */
  #claim(length: number): void {
    if (this.#at + length > this.#limit) throw new RangeError('the output region is too small');
  }

  #text(text: string): void {
    this.#put(encoder.encode(text));
  }
}

/** The word at which that span begins which is rewritten next, at `from` or behind; 0: none. */
function nextSpan(control: Int32Array, frame: number, from: number): number {
  let next = 0;
  for (const word of REWRITTEN_SPANS) {
    const start = control[frame + word]!;
    const isThere = control[frame + word + 1] !== 0 && start >= from;
    if (isThere && (next === 0 || start < control[frame + next]!)) next = word;
  }
  return next;
}

/** By how many bytes a request becomes longer with our `id`, and tokens made from it. */
function growth(control: Int32Array, frame: number, id: number): number {
  const token = TOKEN_START.length + digits(id) + TOKEN_END.length;
  let bytes = digits(id) - (control[frame + ID_END]! - control[frame + ID_START]!);
  if (control[frame + SPAN_A_END] !== 0) {
    bytes += token - (control[frame + SPAN_A_END]! - control[frame + SPAN_A_START]!);
  }
  if (control[frame + SPAN_B_END] !== 0) {
    bytes +=
      token + PARTIAL.length - (control[frame + SPAN_B_END]! - control[frame + SPAN_B_START]!);
  }
  return bytes;
}

/** Decimal digits of a whole number, 0 or above. */
function digits(value: number): number {
  let count = 1;
  for (let limit = 10; value >= limit; limit *= 10) count++;
  return count;
}
