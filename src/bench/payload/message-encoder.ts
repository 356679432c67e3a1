import { LF } from '../../../workers/ascii.js';
import { MASKED_COPIES_BYTES, MASKING_KEYS } from '../bench-limits.js';
import { decimalLength, writeDigits } from '../framing/digits.js';
import { mask, maskingKeys } from '../framing/masking-keys.js';
import { MAX_HEADER_BYTES, OPCODE_TEXT, writeMaskedHeader } from '../framing/websocket-frame.js';
import type { Framing } from './message-spec.js';
import { HOLE_ID, HOLE_RANDOM, type TemplatePart } from './message-template.js';

/** Digits of the largest value that a hole takes, 2^53. */
const MAX_DIGITS = 16;
const CONTENT_LENGTH = Buffer.from('Content-Length: ');
const HEADER_END = Buffer.from('\r\n\r\n');
const HOLE_KINDS = HOLE_RANDOM + 1;

/**
 * Writes one kind of message, framed, into a batch. Made once for each kind; write()
 * is the hot path and allocates nothing. Towards a WebSocket the fixed bytes are kept
 * masked, for several keys and for each of the four phases in which they can follow a
 * number of any length, so that a message costs a few copies whatever its size.
 *
 * Micro benchmark: bench/generator.bench.ts.
 */
export class MessageEncoder {
  /** No message of this kind is longer, header included. */
  readonly maxBytes: number;
  readonly #framing: Framing;
  readonly #parts: readonly TemplatePart[];
  readonly #fixedBytes: number;
  /** By key, then by phase, then by part: the masked fixed bytes. Empty for other framings. */
  readonly #masked: readonly (readonly (readonly TemplatePart[])[])[];
  #nextKey = 0;
  /** Digits of each hole's value in the message that is being written. */
  readonly #digits = new Int32Array(HOLE_KINDS);

  /** `copiesBytes`: how much memory the masked copies may take. */
  constructor(framing: Framing, parts: readonly TemplatePart[], copiesBytes = MASKED_COPIES_BYTES) {
    this.#framing = framing;
    this.#parts = parts;
    let fixed = 0;
    let holes = 0;
    for (const part of parts) {
      if (typeof part === 'number') holes++;
      else fixed += part.length;
    }
    this.#fixedBytes = fixed;
    const header = CONTENT_LENGTH.length + MAX_DIGITS + HEADER_END.length;
    this.maxBytes = fixed + holes * MAX_DIGITS + Math.max(MAX_HEADER_BYTES, header);
    this.#masked = framing === 'websocket' ? maskCopies(parts, fixed, copiesBytes) : [];
  }

  /**
   * Writes the message at `at`, its holes filled from `values` (indexed by hole: whole
   * numbers of at least 0); returns where it ends. Needs maxBytes of room.
   */
  write(out: Buffer, at: number, values: Float64Array): number {
    const bodyLength = this.#measure(values);
    if (this.#framing === 'websocket') return this.#writeMasked(out, at, values, bodyLength);
    let i = at;
    if (this.#framing === 'content-length') {
      out.set(CONTENT_LENGTH, i);
      i += CONTENT_LENGTH.length;
      const digits = decimalLength(bodyLength);
      writeDigits(out, i, bodyLength, digits);
      out.set(HEADER_END, i + digits);
      i += digits + HEADER_END.length;
    }
    for (const part of this.#parts) {
      if (typeof part === 'number') {
        writeDigits(out, i, values[part]!, this.#digits[part]!);
        i += this.#digits[part]!;
      } else {
        out.set(part, i);
        i += part.length;
      }
    }
    if (this.#framing === 'ndjson') out[i++] = LF;
    return i;
  }

  /** Length of the body; leaves the digits of each hole in #digits. */
  #measure(values: Float64Array): number {
    const digits = this.#digits;
    for (let hole = HOLE_ID; hole < HOLE_KINDS; hole++) digits[hole] = decimalLength(values[hole]!);
    let length = this.#fixedBytes;
    for (const part of this.#parts) if (typeof part === 'number') length += digits[part]!;
    return length;
  }

  #writeMasked(out: Buffer, at: number, values: Float64Array, bodyLength: number): number {
    const keyIndex = this.#nextKey;
    this.#nextKey = keyIndex + 1 === this.#masked.length ? 0 : keyIndex + 1;
    const key = maskingKeys[keyIndex]!;
    const phases = this.#masked[keyIndex]!;
    const start = writeMaskedHeader(out, at, OPCODE_TEXT, bodyLength, key);
    const parts = this.#parts;
    let i = start;
    for (let p = 0; p < parts.length; p++) {
      const part = parts[p]!;
      const phase = (i - start) & 3;
      if (typeof part === 'number') {
        const digits = this.#digits[part]!;
        writeDigits(out, i, values[part]!, digits);
        mask(out, i, i + digits, key, phase);
        i += digits;
      } else {
        out.set(phases[phase]![p] as Buffer, i);
        i += part.length;
      }
    }
    return i;
  }
}

function maskCopies(
  parts: readonly TemplatePart[],
  fixedBytes: number,
  copiesBytes: number,
): readonly (readonly (readonly TemplatePart[])[])[] {
  const affordable = Math.floor(copiesBytes / Math.max(1, fixedBytes * 4));
  const keys = maskingKeys.slice(0, Math.max(1, Math.min(MASKING_KEYS, affordable)));
  return keys.map((key) =>
    [0, 1, 2, 3].map((phase) =>
      parts.map((part) => {
        if (typeof part === 'number') return part;
        const copy = Buffer.from(part);
        mask(copy, 0, copy.length, key, phase);
        return copy;
      }),
    ),
  );
}
