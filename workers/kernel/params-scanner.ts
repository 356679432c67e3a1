import { BACKSLASH, OPEN_BRACE } from '../ascii.js';
import { BAD_MESSAGE, KIND_NOTIFICATION, KIND_REQUEST } from '../batch-layout.js';
import type { JsonScanner } from './json-scanner.js';
import { isLookalike } from './lookalike.js';
import { ObjectMembers } from './object-members.js';

/** A span [start, end) in the arena; end 0: absent. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Finds what a multiplexer has to rewrite inside `params`: progress tokens (MCP's
 * `_meta.progressToken`, LSP's `workDoneToken` and `partialResultToken`), and what it has to know
 * of notifications: the ids that cancels name, and the URIs of documents that are opened and closed
 * (LSP). Rare, so most frames are passed over by a byte search.
 */
export class ParamsScanner {
  readonly a: Span = { start: 0, end: 0 };
  readonly b: Span = { start: 0, end: 0 };
  /** Why scan() has returned BAD_MESSAGE. */
  reason = '';

  readonly #members: ObjectMembers;
  #bytes: Uint8Array = new Uint8Array(0);
  #refusal = '';

  /** `json` has validated the frames that scan() is given. */
  constructor(json: JsonScanner) {
    this.#members = new ObjectMembers(json);
  }

  /**
   * Looks at one frame; returns its verdict, which is BAD_MESSAGE when one of the
   * looked-for members is repeated, or can be taken for another one, or two tokens mean the same:
   * whichever we rewrote, the server might take the other.
   */
  scan(verdict: number, bytes: Uint8Array, method: Span, params: Span): number {
    this.a.end = 0;
    this.b.end = 0;
    this.#refusal = '';
    this.#bytes = bytes;
    if (params.end === 0 || bytes[params.start] !== OPEN_BRACE) return verdict;
    if (verdict === KIND_REQUEST) this.#scanRequest(params);
    else if (verdict === KIND_NOTIFICATION) this.#scanNotification(method, params);
    if (this.#refusal === '') return verdict;
    this.reason = this.#refusal;
    return BAD_MESSAGE;
  }

  #scanRequest(params: Span): void {
    if (!this.#mayHoldToken(params)) return;
    this.#findWithin(params, '_meta', 'progressToken', this.a);
    const work: Span = { start: 0, end: 0 };
    this.#find(params, 'workDoneToken', work);
    if (this.a.end === 0) Object.assign(this.a, work);
    else if (work.end > 0) this.#refusal = '"workDoneToken" stands beside "_meta.progressToken"';
    this.#find(params, 'partialResultToken', this.b);
  }

  #scanNotification(method: Span, params: Span): void {
    switch (this.#text(method)) {
      case 'notifications/cancelled':
        this.#find(params, 'requestId', this.a);
        break;
      case '$/cancelRequest':
        this.#find(params, 'id', this.a);
        break;
      case 'notifications/progress':
        this.#find(params, 'progressToken', this.a);
        break;
      case '$/progress':
        this.#find(params, 'token', this.a);
        break;
      case 'textDocument/didOpen':
      case 'textDocument/didClose':
        this.#findWithin(params, 'textDocument', 'uri', this.a);
        break;
      default:
    }
  }

  /**
   * False where no member name can be one of the tokens, or be taken for it, however it is spelled.
   */
  #mayHoldToken(params: Span): boolean {
    const { buffer, byteOffset } = this.#bytes;
    const view = Buffer.from(buffer, byteOffset + params.start, params.end - params.start);
    return TOKEN_OR_ESCAPE.test(view.toString('latin1'));
  }

  /**
   * Sets `found` to the value of the member `name` of the object that the member `outer` of
   * `object` is.
   */
  #findWithin(object: Span, outer: string, name: string, found: Span): void {
    const inner: Span = { start: 0, end: 0 };
    this.#find(object, outer, inner);
    if (inner.end > 0) this.#find(inner, name, found);
  }

  /** Sets `found` to the value of the member `name` of the object at `object`. */
  #find(object: Span, name: string, found: Span): void {
    const members = this.#members;
    found.end = 0;
    members.begin(this.#bytes, object.start);
    while (members.next()) {
      const { keyStart, keyEnd } = members;
      if (this.#keyIs(keyStart, keyEnd, name)) {
        if (found.end !== 0) this.#refusal = `"${name}" is repeated`;
        found.start = members.valueStart;
        found.end = members.valueEnd;
      } else if (this.#looksLike(keyStart, keyEnd, name)) {
        this.#refusal = `another spelling of "${name}"`;
      }
    }
  }

  /** Whether the string in [start, end), quotes included, is `name` after unescaping. */
  #keyIs(start: number, end: number, name: string): boolean {
    const bytes = this.#bytes;
    const length = end - start - 2;
    if (length < name.length || length > name.length * 6) return false;
    if (length === name.length) {
      for (let k = 0; k < length; k++) {
        if (bytes[start + 1 + k] !== name.charCodeAt(k)) return false;
      }
      return true;
    }
    return bytes.subarray(start, end).includes(BACKSLASH) && this.#text({ start, end }) === name;
  }

  #looksLike(start: number, end: number, name: string): boolean {
    const length = end - start - 2;
    if (length < name.length || length > name.length * 6) return false;
    return isLookalike(this.#text({ start, end }), name);
  }

  /** A string of up to a few hundred bytes, unescaped; empty for a longer one. */
  #text({ start, end }: Span): string {
    if (end - start > MAX_NAME_BYTES) return '';
    const { buffer, byteOffset } = this.#bytes;
    const text = Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
    return JSON.parse(text) as string;
  }
}

/**
 * The end of a token's name in UTF-8 read as Latin-1, its k as U+212A too (lookalike.ts), or a \u
 * escape.
 */
const TOKEN_OR_ESCAPE = /to(?:k|\xe2\x84\xaa)en"|\\u/i;

/** No name that is looked for is longer, each character written as a \u escape. */
const MAX_NAME_BYTES = 160;
