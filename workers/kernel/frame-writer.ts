import {
  ACTION_ECHO,
  ACTION_PASS,
  ACTION_REFUSE,
  ARG,
  BAD_JSON,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NDJSON,
  ID_END,
  ID_START,
  IN_LENGTH,
  IN_OFFSET,
  KIND_REQUEST,
  MAX_REASON_BYTES,
  ON_BAD_REPLY,
  OP,
  OUT_END,
  OUT_LENGTH,
  OUT_LIMIT,
  OUT_OFFSET,
  PARAMS_END,
  PARAMS_START,
  VERDICT,
} from '../batch-layout.js';
import { INVALID_REQUEST, PARSE_ERROR, REFUSALS } from './replies.js';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const ZERO = 0x30;

const encoder = new TextEncoder();
const HEADER_NAME = encoder.encode('Content-Length: ');
const HEADER_END = encoder.encode('\r\n\r\n');
const REPLY_START = encoder.encode('{"jsonrpc":"2.0","id":');
const RESULT_MEMBER = encoder.encode(',"result":');
const NULL = encoder.encode('null');
const CLOSE = encoder.encode('}');

/**
 * Writes what goes out for one scanned frame into the output region, behind what is
 * there, and notes where in the frame's descriptor.
 */
export class FrameWriter {
  #bytes: Uint8Array = new Uint8Array(0);
  #at = 0;
  #limit = 0;

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
    const action = op & 0xff;
    if (control[frame + VERDICT]! < 0) {
      if (((op >> 16) & 0xff) === ON_BAD_REPLY) this.#badReply(control, frame, reason);
      else this.#text(reason.slice(0, MAX_REASON_BYTES));
    } else if (action === ACTION_PASS) {
      this.#pass(control, frame, (op >> 8) & 0xff, hasLineBreak);
    } else if (control[frame + VERDICT] === KIND_REQUEST) {
      if (action === ACTION_ECHO) this.#echo(control, frame);
      else if (action === ACTION_REFUSE) this.#refusal(control, frame);
    }
    control[frame + OUT_OFFSET] = start;
    control[frame + OUT_LENGTH] = this.#at - start;
    control[OUT_END] = this.#at;
  }

  #pass(control: Int32Array, frame: number, framing: number, hasLineBreak: boolean): void {
    const length = control[frame + IN_LENGTH]!;
    if (framing === FRAMING_CONTENT_LENGTH) this.#header(length);
    const start = this.#at;
    this.#copy(control[frame + IN_OFFSET]!, length);
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
    let digits = 1;
    for (let rest = length; rest >= 10; rest = Math.floor(rest / 10)) digits++;
    this.#claim(digits);
    let rest = length;
    for (let k = digits - 1; k >= 0; k--) {
      this.#bytes[this.#at + k] = ZERO + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    this.#at += digits;
    this.#put(HEADER_END);
  }

  #echo(control: Int32Array, frame: number): void {
    const start = control[frame + IN_OFFSET]!;
    this.#put(REPLY_START);
    this.#copySpan(start, control[frame + ID_START]!, control[frame + ID_END]!);
    this.#put(RESULT_MEMBER);
    if (control[frame + PARAMS_END] === 0) this.#put(NULL);
    else this.#copySpan(start, control[frame + PARAMS_START]!, control[frame + PARAMS_END]!);
    this.#put(CLOSE);
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
    this.#put(REPLY_START);
    if (control[frame + ID_END] === 0) this.#put(NULL);
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
