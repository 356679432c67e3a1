import {
  BACKSLASH,
  CLOSE_BRACE,
  COMMA,
  LETTER_D,
  LETTER_I,
  LETTER_N,
  MINUS,
  NINE,
  OPEN_BRACE,
  QUOTE,
  ZERO,
} from '../ascii.js';
import {
  BAD_JSON,
  BAD_MESSAGE,
  ERROR_START,
  ID_END,
  ID_START,
  IN_LENGTH,
  IN_OFFSET,
  KIND_ERROR,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  KIND_RESPONSE,
  METHOD_END,
  METHOD_START,
  PARAMS_START,
  RESULT_START,
  VERDICT,
} from '../batch-layout.js';
import { INVALID, JsonScanner } from './json-scanner.js';
import { isLookalike } from './lookalike.js';
import { ObjectMembers } from './object-members.js';

/** The envelope's members: name, and the word at which its span begins in a descriptor. */
const MEMBERS = [
  ['id', ID_START],
  ['method', METHOD_START],
  ['params', PARAMS_START],
  ['result', RESULT_START],
  ['error', ERROR_START],
] as const;
const NOT_ASCII = 0x80;
const NO_MEMBER = -1;
const METHOD_MEMBER = 1;
/** This, and the one behind it. */
const RESULT_MEMBER = 3;
/** "message" as \u escapes: the longest spelling of a name that matters. */
const LONGEST_NAME_BYTES = 7 * 6;
/**
 * Of the members' names in either case, of an escape, and of U+0130 and U+0131, which can be taken
 * for an i.
 */
const FIRST_LETTERS = Buffer.from('impreIMPRE\\\xc4', 'latin1');
/** A code of an error that is written in another way than by its digits. */
const LONGEST_CODE_BYTES = 32;
const FIRST_SPAN = ID_START;
const LAST_SPAN_END = ERROR_START + 1;

/**
 * Finds the envelope of a frame: what kind of message it is and where its members
 * are. Messages, in the order in which they are tried: {id, method}, {method},
 * {id, result}, {id, error: {code, message}}.
 *
 * The frame is validated completely. A null id is let pass in an error reply, where
 * JSON-RPC 2.0 section 5 asks for it.
 */
export class EnvelopeScanner {
  readonly json = new JsonScanner();
  readonly #errorMembers = new ObjectMembers(this.json);
  /** Why the last frame was bad: one sentence without a full stop. */
  reason = '';
  /**
   * What could be taken for a member of the last frame's envelope and is none, as a reason; or ''.
   */
  lookalike = '';

  #control: Int32Array = new Int32Array(0);
  #bytes: Uint8Array = new Uint8Array(0);
  /** Index in `control` of the frame's descriptor. */
  #frame = 0;
  #start = 0;
  #end = 0;
  /** Index in MEMBERS of the member that was begun last; NO_MEMBER for any other. */
  #member = NO_MEMBER;
  #idIsRepeated = false;

  /** Scans the frame of the descriptor at `frame` and writes its verdict and spans there. */
  scan(control: Int32Array, frame: number, bytes: Uint8Array): number {
    this.#control = control;
    this.#bytes = bytes;
    this.#frame = frame;
    this.#start = control[frame + IN_OFFSET]!;
    this.#end = this.#start + control[frame + IN_LENGTH]!;
    this.reason = '';
    this.lookalike = '';
    this.#member = NO_MEMBER;
    this.#idIsRepeated = false;
    control.fill(0, frame + FIRST_SPAN, frame + LAST_SPAN_END + 1);
    this.json.reset(bytes, this.#end);
    const verdict = this.#scanDocument();
    control[frame + VERDICT] = verdict;
    return verdict;
  }

  #scanDocument(): number {
    const { json } = this;
    let i = json.skipSpace(this.#start);
    const isObject = i < this.#end && this.#bytes[i] === OPEN_BRACE;
    let repeated = '';
    if (isObject) {
      i = json.skipSpace(i + 1);
      if (i < this.#end && this.#bytes[i] === CLOSE_BRACE) i++;
      else {
        for (;;) {
          const keyStart = i;
          i =
            i < this.#end && this.#bytes[i] === QUOTE
              ? json.skipString(i)
              : json.unexpected(i, 'a member name');
          if (i === INVALID) return this.#notJson();
          const member = this.#memberNamed(keyStart + 1, i - 1);
          this.#member = member;
          if (member === NO_MEMBER) this.#noteLookalike(keyStart + 1, i - 1);
          i = json.skipColon(i);
          if (i === INVALID) return this.#notJson();
          const valueStart = i;
          i = json.skipValue(i);
          if (i === INVALID) return this.#notJson();
          if (member !== NO_MEMBER && !this.#note(MEMBERS[member]![1], valueStart, i)) {
            repeated ||= MEMBERS[member]![0];
            this.#idIsRepeated ||= member === 0 && !this.#isId(valueStart, i);
          }
          i = json.skipSpace(i);
          const c = i < this.#end ? this.#bytes[i]! : 0;
          if (c === COMMA) i = json.skipSpace(i + 1);
          else if (c === CLOSE_BRACE) break;
          else {
            json.unexpected(i, '"," or "}"');
            return this.#notJson();
          }
        }
        i++;
      }
    } else {
      i = json.skipValue(i);
      if (i === INVALID) return this.#notJson();
    }
    i = json.skipSpace(i);
    if (i !== this.#end) {
      json.unexpected(i, 'the end');
      return this.#notJson();
    }
    if (!json.isUtf8From(this.#start)) return this.#notJson();
    if (!isObject) return this.#notMessage('not an object');
    // Which of two ids counts is what a smuggler plays with, so neither does.
    if (this.#idIsRepeated) this.#forget(ID_START);
    return this.#classify(repeated);
  }

  /** `repeated`: the first envelope member that the frame has twice, or ''. */
  #classify(repeated: string): number {
    const hasId = this.#has(ID_START);
    const idByte = this.#firstByteOf(ID_START);
    const idIsValid = isIdStart(idByte);
    if (hasId && !idIsValid) this.#forgetUnlessNullIdOfError(idByte);
    if (repeated !== '') return this.#notMessage(`"${repeated}" is repeated`);
    if (this.#firstByteOf(METHOD_START) === QUOTE) {
      if (!hasId) return KIND_NOTIFICATION;
      return idIsValid ? KIND_REQUEST : this.#notMessage('"id" is not a string or a number');
    }
    if (idIsValid && this.#has(RESULT_START)) return KIND_RESPONSE;
    if ((idIsValid || idByte === LETTER_N) && this.#has(ERROR_START)) {
      return this.#isErrorObject()
        ? KIND_ERROR
        : this.#notMessage(
            '"error" is not an object with an integer "code" and a string "message"',
          );
    }
    if (this.#has(METHOD_START)) return this.#notMessage('"method" is not a string');
    if (hasId && !idIsValid) return this.#notMessage('"id" is not a string or a number');
    return this.#notMessage('neither "method", nor "id" with "result" or "error"');
  }

  /**
   * Index in MEMBERS of the key in [start, end), compared after unescaping; NO_MEMBER for any
   * other.
   */
  #memberNamed(start: number, end: number): number {
    const bytes = this.#bytes;
    const length = end - start;
    if (length === 2 && bytes[start] === LETTER_I && bytes[start + 1] === LETTER_D) return 0;
    if (length === 6 || length === 5) {
      for (let m = 1; m < MEMBERS.length; m++) {
        if (this.#equals(MEMBERS[m]![0], start, length)) return m;
      }
    }
    for (let i = start; i < end; i++) {
      if (bytes[i] === BACKSLASH) return this.#escapedMember(start, end);
    }
    return NO_MEMBER;
  }

  #escapedMember(start: number, end: number): number {
    const name = this.#unescaped(start, end);
    return MEMBERS.findIndex(([member]) => member === name);
  }

  #noteLookalike(start: number, end: number): void {
    if (end - start > LONGEST_NAME_BYTES || !FIRST_LETTERS.includes(this.#bytes[start]!)) return;
    const { buffer, byteOffset } = this.#bytes;
    const text = Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
    const name = JSON.parse(`"${text}"`) as string;
    const member = MEMBERS.find(([known]) => isLookalike(name, known));
    if (member !== undefined) this.lookalike = `"${name}" can be taken for "${member[0]}"`;
  }

  /** Whether the key in [start, end) is `name` after unescaping. */
  #isName(name: string, start: number, end: number): boolean {
    if (end - start === name.length) return this.#equals(name, start, end - start);
    return end - start > name.length && this.#unescaped(start, end) === name;
  }

  /** The key in [start, end) without its escapes; '' where it is too long for any name we know. */
  #unescaped(start: number, end: number): string {
    if (end - start > LONGEST_NAME_BYTES) return '';
    const text = String.fromCharCode(...this.#bytes.subarray(start, end));
    return JSON.parse(`"${text}"`) as string;
  }

  #equals(name: string, start: number, length: number): boolean {
    if (name.length !== length) return false;
    for (let k = 0; k < length; k++) {
      if (this.#bytes[start + k] !== name.charCodeAt(k)) return false;
    }
    return true;
  }

  /** Keeps a member's span; false where it had one. */
  #note(spanWord: number, start: number, end: number): boolean {
    const at = this.#frame + spanWord;
    if (this.#control[at + 1] !== 0) return false;
    this.#control[at] = start - this.#start;
    this.#control[at + 1] = end - this.#start;
    return true;
  }

  /** Whether [start, end) spells the id that was noted. */
  #isId(start: number, end: number): boolean {
    const bytes = this.#bytes;
    const idStart = this.#start + this.#control[this.#frame + ID_START]!;
    const idEnd = this.#start + this.#control[this.#frame + ID_END]!;
    if (end - start !== idEnd - idStart) return false;
    for (let k = 0; k < end - start; k++) if (bytes[idStart + k] !== bytes[start + k]) return false;
    return true;
  }

  #forget(spanWord: number): void {
    this.#control[this.#frame + spanWord] = 0;
    this.#control[this.#frame + spanWord + 1] = 0;
  }

  #forgetUnlessNullIdOfError(idByte: number): void {
    if (idByte !== LETTER_N || !this.#has(ERROR_START)) this.#forget(ID_START);
  }

  #has(spanWord: number): boolean {
    return this.#control[this.#frame + spanWord + 1] !== 0;
  }

  #firstByteOf(spanWord: number): number {
    if (!this.#has(spanWord)) return 0;
    return this.#bytes[this.#start + this.#control[this.#frame + spanWord]!]!;
  }

  /**
   * Whether `error` has an integer `code` and a string `message`, each once. Its JSON is known to
   * be valid.
   */
  #isErrorObject(): boolean {
    const members = this.#errorMembers;
    members.begin(this.#bytes, this.#start + this.#control[this.#frame + ERROR_START]!);
    let codes = 0;
    let messages = 0;
    while (members.next()) {
      const { keyStart, keyEnd, valueStart, valueEnd } = members;
      if (this.#isName('code', keyStart + 1, keyEnd - 1))
        codes += this.#isInteger(valueStart, valueEnd) ? 1 : 2;
      if (this.#isName('message', keyStart + 1, keyEnd - 1))
        messages += this.#bytes[valueStart] === QUOTE ? 1 : 2;
    }
    return codes === 1 && messages === 1;
  }

  get #idIsAscii(): boolean {
    const start = this.#start + this.#control[this.#frame + ID_START]!;
    const end = this.#start + this.#control[this.#frame + ID_END]!;
    for (let i = start; i < end; i++) if (this.#bytes[i]! >= NOT_ASCII) return false;
    return true;
  }

  #isInteger(start: number, end: number): boolean {
    const bytes = this.#bytes;
    for (let i = bytes[start] === MINUS ? start + 1 : start; i < end; i++) {
      if (bytes[i]! < ZERO || bytes[i]! > NINE) return this.#isSpeltInteger(start, end);
    }
    return true;
  }

  /** `-32000.0` and `1e3` are integers, too. */
  #isSpeltInteger(start: number, end: number): boolean {
    const first = this.#bytes[start]!;
    if (end - start > LONGEST_CODE_BYTES || !isIdStart(first) || first === QUOTE) return false;
    return Number.isInteger(Number(String.fromCharCode(...this.#bytes.subarray(start, end))));
  }

  #notJson(): number {
    // What came before the fault is not to be trusted, but for the id of what can only be an
    // answer: whoever waits for it is told.
    const idStart = this.#control[this.#frame + ID_START]!;
    const idEnd = this.#isAnswer ? this.#control[this.#frame + ID_END]! : 0;
    this.#control.fill(0, this.#frame + FIRST_SPAN, this.#frame + LAST_SPAN_END + 1);
    this.#control[this.#frame + ID_START] = idEnd === 0 ? 0 : idStart;
    this.#control[this.#frame + ID_END] = idEnd;
    const { reason, errorAt } = this.json;
    this.reason = errorAt < 0 ? reason : `${reason} at byte ${errorAt - this.#start}`;
    return BAD_JSON;
  }

  /** What was seen so far has an id, and a result or error, or the beginning of one. */
  get #isAnswer(): boolean {
    // Cut off: whoever wrote it has ended, which says more.
    if (this.json.errorAt >= this.#end - 1) return false;
    if (this.#idIsRepeated || !isIdStart(this.#firstByteOf(ID_START))) return false;
    if (this.#has(METHOD_START) || this.#member === METHOD_MEMBER) return false;
    // UTF-8 is checked at the end only, where the scanner has not come.
    if (!this.#idIsAscii) return false;
    return this.#has(RESULT_START) || this.#has(ERROR_START) || this.#member >= RESULT_MEMBER;
  }

  #notMessage(reason: string): number {
    this.reason = reason;
    return BAD_MESSAGE;
  }
}

/** Whether an id can begin with this byte: a string or a number. */
function isIdStart(byte: number): boolean {
  return byte === QUOTE || byte === MINUS || (byte >= ZERO && byte <= NINE);
}

// The spans lie side by side in the descriptor, so that one fill clears them.
if (METHOD_END !== METHOD_START + 1 || LAST_SPAN_END - FIRST_SPAN !== MEMBERS.length * 2 - 1) {
  throw new Error('batch-layout.ts: the envelope spans are no longer adjacent');
}
