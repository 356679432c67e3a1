/** How many decimal digits a whole number of at least 0 has. */
export function decimalLength(value: number): number {
  let length = 1;
  let bound = 10;
  while (value >= bound) {
    bound *= 10;
    length++;
  }
  return length;
}

/** Writes a whole number of at least 0 as `length` decimal digits (see decimalLength) at `at`. */
export function writeDigits(out: Uint8Array, at: number, value: number, length: number): void {
  let rest = value;
  let i = at + length - 1;
  // Above 2^31 the division is one of doubles; below it, which is nearly always, of integers.
  while (rest > 0x7fffffff) {
    const next = Math.floor(rest / 10);
    out[i--] = 48 + (rest - next * 10);
    rest = next;
  }
  let small = rest | 0;
  while (i >= at) {
    const next = (small / 10) | 0;
    out[i--] = 48 + (small - next * 10);
    small = next;
  }
}
