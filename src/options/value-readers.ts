import { usageError } from '../errors.js';
import { didYouMean } from './did-you-mean.js';

/**
 * What a text means; `what` (an option, a place in a file) is named in the error. @throws
 * SluiceError SLUICE_ERR_USAGE
 */
export type ReadValue<T> = (text: string, what: string) => T;

/** One of a few words; the error names the nearest right one. */
export function oneOf<const T extends string>(values: readonly T[]): ReadValue<T> {
  return (text, what) => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw usageError(
      `${what} is one of ${values.join(', ')}, not "${text}"${didYouMean(text, values)}`,
    );
  };
}

const COUNT_UNITS = { '': 1, k: 1_000, m: 1_000_000 } as const;

/** A whole number within bounds, such as 500, 50k. */
export function wholeNumber(min: number, max: number): ReadValue<number> {
  return (text, what) => {
    const value = quantity(text, COUNT_UNITS);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    const misfit = misfitOf(value, min, max);
    throw usageError(`${what} takes a whole number from ${min} to ${max}; "${text}" is ${misfit}`);
  };
}

/** What is wrong with a value outside its bounds, or with one that is NaN or not whole. */
function misfitOf(value: number, min: number, max: number): string {
  if (value < min) return 'too small';
  return value > max ? 'too large' : 'none';
}

/** So many a second, above 0 and up to `max`, such as 0.5, 500, 50k, 50k/s. */
export function ratePerSecond(max: number): ReadValue<number> {
  return (text, what) => {
    const value = quantity(text.replace(/\/s$/, ''), COUNT_UNITS);
    if (value > 0 && value <= max) return value;
    const misfit = misfitOf(value, Number.MIN_VALUE, max);
    throw usageError(
      `${what} takes a rate a second such as 500 or 50k, of ${max} at most; "${text}" is ${misfit}`,
    );
  };
}

const SIZE_UNITS = { '': 1, b: 1, ...binary('k', 1), ...binary('m', 2), ...binary('g', 3) };

const SIZE_UNITS_TEXT = 'units: KiB, MiB, GiB; MB and M are MiB';

function binary(letter: string, power: number): Readonly<Record<string, number>> {
  const bytes = 1024 ** power;
  return { [letter]: bytes, [`${letter}b`]: bytes, [`${letter}ib`]: bytes };
}

/** A size in whole bytes, such as 4096, 256k, 16MiB. */
export function byteSize(min: number, max: number): ReadValue<number> {
  return (text, what) => {
    const value = quantity(text, SIZE_UNITS);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    const bounds = `from ${sizeText(min)} to ${sizeText(max)}`;
    const misfit = misfitOf(value, min, max);
    throw usageError(`${what} takes a size ${bounds}; "${text}" is ${misfit} (${SIZE_UNITS_TEXT})`);
  };
}

function sizeText(bytes: number): string {
  const units = [
    ['GiB', 1024 ** 3],
    ['MiB', 1024 ** 2],
    ['KiB', 1024],
  ] as const;
  const [unit, factor] = units.find(([, size]) => bytes > 0 && bytes % size === 0) ?? ['B', 1];
  return `${bytes / factor}${unit}`;
}

const DURATION_UNITS_MS = { us: 0.001, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** A duration in milliseconds, such as 500ms, 10s, 2m, and 0; else a unit is needed. */
export function durationMs(minMs: number, maxMs: number): ReadValue<number> {
  return (text, what) => {
    const value = text === '0' ? 0 : quantity(text, DURATION_UNITS_MS);
    if (value >= minMs && value <= maxMs) return value;
    const bounds = `from ${durationText(minMs)} to ${durationText(maxMs)}`;
    const needsUnit = text !== '0' && isNumber(text);
    const hint = needsUnit ? `add a unit, as in ${text}s` : 'units: us, ms, s, m, h';
    const misfit = misfitOf(value, minMs, maxMs);
    throw usageError(`${what} takes a duration ${bounds}; "${text}" is ${misfit} (${hint})`);
  };
}

function durationText(ms: number): string {
  if (ms === 0) return '0s';
  const units = Object.entries(DURATION_UNITS_MS).reverse();
  const [unit, factor] = units.find(([, unitMs]) => ms % unitMs === 0) ?? ['ms', 1];
  return `${ms / factor}${unit}`;
}

function isNumber(text: string): boolean {
  return /^\d+(?:\.\d+)?$/.test(text);
}

/** A number and one of the units, in upper or lower case; NaN for anything else. */
function quantity(text: string, units: Readonly<Record<string, number>>): number {
  const [, number, unit = ''] = /^(\d{1,15}(?:\.\d+)?) ?([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = units[unit.toLowerCase()];
  if (number === undefined || factor === undefined) return Number.NaN;
  // 1.1m is 1100000 and not 1100000.0000000002.
  return Number((Number(number) * factor).toPrecision(15));
}
