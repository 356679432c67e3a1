import { mask, maskingKeys } from './masking-keys.js';

/** Opcodes of RFC 6455 section 5.2. */
export const OPCODE_CONTINUATION = 0x0;
export const OPCODE_TEXT = 0x1;
export const OPCODE_BINARY = 0x2;
export const OPCODE_CLOSE = 0x8;
export const OPCODE_PING = 0x9;
export const OPCODE_PONG = 0xa;

/** Longest header of a masked frame: two bytes, eight of length, four of key. */
export const MAX_HEADER_BYTES = 14;

/** Header bytes of a masked frame with such a payload. */
function maskedHeaderLength(payloadLength: number): number {
  if (payloadLength < 126) return 6;
  return payloadLength < 0x10000 ? 8 : 14;
}

/**
 * Writes the header of one masked, unfragmented frame at `at`; returns where the payload begins.
 */
export function writeMaskedHeader(
  out: Uint8Array,
  at: number,
  opcode: number,
  payloadLength: number,
  key: Uint8Array,
): number {
  let i = at;
  out[i++] = 0x80 | opcode;
  if (payloadLength < 126) {
    out[i++] = 0x80 | payloadLength;
  } else if (payloadLength < 0x10000) {
    out[i++] = 0x80 | 126;
    out[i++] = payloadLength >> 8;
    out[i++] = payloadLength & 0xff;
  } else {
    out[i++] = 0x80 | 127;
    const high = Math.floor(payloadLength / 0x100000000);
    for (let shift = 24; shift >= 0; shift -= 8) out[i++] = (high >>> shift) & 0xff;
    for (let shift = 24; shift >= 0; shift -= 8) out[i++] = (payloadLength >>> shift) & 0xff;
  }
  out[i++] = key[0]!;
  out[i++] = key[1]!;
  out[i++] = key[2]!;
  out[i++] = key[3]!;
  return i;
}

/** One masked frame in a buffer of its own: for control frames and the odd message. */
export function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const key = maskingKeys[0]!;
  const frame = Buffer.alloc(maskedHeaderLength(payload.length) + payload.length);
  const start = writeMaskedHeader(frame, 0, opcode, payload.length, key);
  frame.set(payload, start);
  mask(frame, start, frame.length, key, 0);
  return frame;
}

/** A close frame with a status code (RFC 6455 section 5.5.1). */
export function closeFrame(code: number): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code);
  return maskedFrame(OPCODE_CLOSE, payload);
}
