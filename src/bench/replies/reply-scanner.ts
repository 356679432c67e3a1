import { LETTER_N, NINE, ZERO } from '../../../workers/ascii.js';
import {
  BAD_JSON,
  ERROR_START,
  FRAME_WORDS,
  HEADER_WORDS,
  ID_END,
  ID_START,
  IN_LENGTH,
  IN_OFFSET,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  KIND_RESPONSE,
  METHOD_END,
  METHOD_START,
  RESULT_END,
  RESULT_START,
} from '../../../workers/batch-layout.js';
import { EnvelopeScanner } from '../../../workers/kernel/envelope.js';

/** What a frame from the server is. */
export type FrameKind = 'result' | 'error' | 'request' | 'notification' | 'bad';

const FRAME = HEADER_WORDS;
/** Digits of 2^53: ids of ours never have more. */
const MAX_ID_DIGITS = 16;

/** Reads the envelope of one frame, validating it completely. Spans are offsets in the buffer. */
export class ReplyScanner {
  kind: FrameKind = 'bad';
  /** The id as a number where its bytes are exactly those that we would write, else -1. */
  id = -1;
  idStart = 0;
  idEnd = 0;
  methodStart = 0;
  methodEnd = 0;
  resultStart = 0;
  resultEnd = 0;
  /** Why the frame is bad. */
  reason = '';
  readonly #scanner = new EnvelopeScanner();
  readonly #control = new Int32Array(HEADER_WORDS + FRAME_WORDS);

  scan(bytes: Uint8Array, start: number, end: number): void {
    const control = this.#control;
    control[FRAME + IN_OFFSET] = start;
    control[FRAME + IN_LENGTH] = end - start;
    const verdict = this.#scanner.scan(control, FRAME, bytes);
    this.idStart = start + control[FRAME + ID_START]!;
    this.idEnd = start + control[FRAME + ID_END]!;
    this.methodStart = start + control[FRAME + METHOD_START]!;
    this.methodEnd = start + control[FRAME + METHOD_END]!;
    this.resultStart = start + control[FRAME + RESULT_START]!;
    this.resultEnd = start + control[FRAME + RESULT_END]!;
    this.id = readId(bytes, this.idStart, this.idEnd);
    const error = control[FRAME + ERROR_START]!;
    // Some servers write "error":null beside each result.
    this.kind = kindOf(verdict, error !== 0 && bytes[start + error] !== LETTER_N);
    if (this.kind === 'bad') {
      const what = verdict === BAD_JSON ? 'not JSON' : 'not a JSON-RPC message';
      const why = verdict < 0 ? this.#scanner.reason : 'result and error at once';
      this.reason = `${what}: ${why}`;
    }
  }
}

/**
 * The whole number that [start, end) spells in the one way in which we write ids
 * (digits, no sign, no leading zero); -1 for all else. Equal numbers then mean equal bytes.
 */
export function readId(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length <= 0 || length > MAX_ID_DIGITS || bytes[start] === ZERO) return -1;
  let id = 0;
  for (let i = start; i < end; i++) {
    const c = bytes[i]!;
    if (c < ZERO || c > NINE) return -1;
    id = id * 10 + (c - ZERO);
  }
  return id;
}

function kindOf(verdict: number, hasError: boolean): FrameKind {
  if (verdict === KIND_REQUEST) return 'request';
  if (verdict === KIND_NOTIFICATION) return 'notification';
  // Both at once is no success, whatever else it is (JSON-RPC 2.0 section 5).
  if (verdict === KIND_RESPONSE) return hasError ? 'bad' : 'result';
  return verdict > 0 && hasError ? 'error' : 'bad';
}
