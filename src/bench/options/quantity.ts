import { UsageError } from './usage-error.js';

const DURATION_UNITS_MS: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** Timers of Node end at 2^31 ms, which is 596 hours. */
const MAX_DURATION_MS = 500 * 3_600_000;

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1024,
  kb: 1024,
  kib: 1024,
  m: 1024 * 1024,
  mb: 1024 * 1024,
  mib: 1024 * 1024,
};

const COUNT_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1_000, m: 1_000_000 };

/** `30s`, `500ms`, `2m`, `1h` to milliseconds; a bare number counts seconds. */
export function parseDurationMs(text: string, what: string): number {
  const [value, unit] = split(text);
  const factor = DURATION_UNITS_MS[unit === '' ? 's' : unit];
  if (value === null || factor === undefined) {
    throw new UsageError(`${what} needs a time such as 30s, 500ms or 2m, not "${text}"`);
  }
  if (value * factor > MAX_DURATION_MS) {
    throw new UsageError(`${what} is at most ${MAX_DURATION_MS / 3_600_000}h, not "${text}"`);
  }
  return value * factor;
}

/** `100`, `64k`, `1MiB` to bytes. */
export function parseBytes(text: string, what: string): number {
  const [value, unit] = split(text);
  const factor = SIZE_UNITS[unit];
  if (value === null || factor === undefined) {
    throw new UsageError(`${what} needs a size such as 100, 64k or 1m, not "${text}"`);
  }
  return Math.round(value * factor);
}

/** `50000`, `50k`, `50k/s` to a rate a second, above 0. */
export function parseRate(text: string, what: string): number {
  const [value, unit] = split(text.replace(/\/s$/, ''));
  const factor = COUNT_UNITS[unit];
  if (value === null || factor === undefined || value <= 0) {
    throw new UsageError(`${what} needs a rate a second such as 500 or 50k, not "${text}"`);
  }
  return value * factor;
}

/** A whole number between `min` and `max`. */
export function parseCount(text: string, what: string, min: number, max: number): number {
  const [value, unit] = split(text);
  const factor = COUNT_UNITS[unit];
  const count = value === null || factor === undefined ? Number.NaN : value * factor;
  if (!Number.isInteger(count) || count < min || count > max) {
    throw new UsageError(`${what} needs a whole number from ${min} to ${max}, not "${text}"`);
  }
  return count;
}

/** A number and its unit in lower case; null where it does not begin with a number. */
function split(text: string): [number | null, string] {
  const match = /^(\d+(?:\.\d+)?)\s*([a-zA-Z%]*)$/.exec(text.trim());
  if (match === null) return [null, ''];
  return [Number(match[1]), match[2]!.toLowerCase()];
}
