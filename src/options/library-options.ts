import { inspect } from 'node:util';
import { usageError } from '../errors.js';
import { type Logger, silentLogger } from '../log.js';
import { didYouMean } from './did-you-mean.js';
import type { ReadValue } from './value-readers.js';

/** The names of all options of a type: the compiler holds the list complete. */
export type OptionNames<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses options that there are not: a misspelt limit would never hold.
 * @throws SluiceError SLUICE_ERR_USAGE
 */
export function checkNames<Options extends object>(
  options: Options,
  known: OptionNames<Required<Options>>,
): void {
  // Callers without types can hand over anything.
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw usageError(`the options are an object, not ${inspect(options)}`);
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw usageError(`unknown option "${name}"${didYouMean(name, Object.keys(known))}`);
    }
  }
}

/**
 * The value of an option of the library that is one of a few words; the first where it is not
 * given. `value`: callers without types can hand over anything.
 * @throws SluiceError SLUICE_ERR_USAGE
 */
export function choiceOption<Choice extends string>(
  name: string,
  value: unknown,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (value === undefined) return choices[0];
  const found = choices.find((choice) => choice === value);
  if (found !== undefined) return found;
  const text = typeof value === 'string' ? value : inspect(value);
  const hint = didYouMean(text, choices);
  throw usageError(`${name} is one of ${choices.join(', ')}, not ${text}${hint}`);
}

/**
 * The value of a number option of the library. Wrong ones are told here: further in they would mean
 * a limit that never holds, and in uWebSockets.js the end of the process.
 * @throws SluiceError SLUICE_ERR_USAGE
 */
export function numberOption(
  name: string,
  value: number | undefined,
  { fallback, min = 0, max }: { fallback: number; min?: number; max: number },
): number {
  if (value === undefined) return fallback;
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw usageError(`${name} takes a whole number from ${min} to ${max}; ${inspect(value)} is none`);
}

/** An option of the library that is a function. @throws SluiceError SLUICE_ERR_USAGE */
export function functionOption<Wanted>(name: string, value: Wanted): Wanted {
  if (typeof value === 'function') return value;
  throw usageError(`${name} is a function, not ${inspect(value, { depth: 0 })}`);
}

/**
 * An option of the library that is a list of texts, each of which `read` checks; empty where it is
 * not given.
 */
export function listOption(
  name: string,
  value: readonly string[] | undefined,
  read: ReadValue<string>,
): readonly string[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw usageError(`${name} is an array, not ${inspect(value)}`);
  return value.map((entry) => read(String(entry), name));
}

/**
 * The logger that an application has given; silent where it has not. @throws SluiceError
 * SLUICE_ERR_USAGE
 */
export function loggerOption(value: Logger | undefined): Logger {
  if (value === undefined) return silentLogger();
  const isLogger = LOG_METHODS.every(
    (method) => typeof (value as Partial<Logger> | null)?.[method] === 'function',
  );
  if (isLogger) return value;
  throw usageError(`log is a logger such as pino's, not ${inspect(value, { depth: 0 })}`);
}

const LOG_METHODS = ['debug', 'info', 'warn', 'error'] as const;
