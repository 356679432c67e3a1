import { COMMA, OPEN_BRACE, QUOTE } from '../ascii.js';
import type { JsonScanner } from './json-scanner.js';

const NO_MORE = -1;

/**
 * Goes over the members of an object, one after the other. Offsets are those of the scanner's
 * bytes. The JSON has been found to be valid.
 */
export class ObjectMembers {
  /** Of the name, quotes included. */
  keyStart = 0;
  keyEnd = 0;
  valueStart = 0;
  valueEnd = 0;

  readonly #json: JsonScanner;
  #bytes: Uint8Array = new Uint8Array(0);
  /** The next name, or the end of an object without members. */
  #at = NO_MORE;

  constructor(json: JsonScanner) {
    this.#json = json;
  }

  /** Begins with the value at `start`; one that is no object has no members. */
  begin(bytes: Uint8Array, start: number): void {
    this.#bytes = bytes;
    this.#at = bytes[start] === OPEN_BRACE ? this.#json.skipSpace(start + 1) : NO_MORE;
  }

  /** Goes on to the next member; false behind the last one. */
  next(): boolean {
    const bytes = this.#bytes;
    const json = this.#json;
    if (this.#at === NO_MORE || bytes[this.#at] !== QUOTE) return false;
    this.keyStart = this.#at;
    this.keyEnd = json.skipString(this.keyStart);
    this.valueStart = json.skipColon(this.keyEnd);
    this.valueEnd = json.skipValue(this.valueStart);
    const behind = json.skipSpace(this.valueEnd);
    this.#at = bytes[behind] === COMMA ? json.skipSpace(behind + 1) : NO_MORE;
    return true;
  }
}
