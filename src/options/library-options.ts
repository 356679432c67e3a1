import { inspect } from 'node:util';
import { usageError } from '../errors.js';
import { didYouMean } from './did-you-mean.js';

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
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) {
      throw usageError(`unknown option "${name}"${didYouMean(name, Object.keys(known))}`);
    }
  }
}

/**
 * The value of an option of the library that is one of a few words; the first where it is not given.
 * `value`: callers without types can hand over anything.
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
  throw usageError(`${name} takes a whole number from ${min} to ${max}; ${value} is none`);
}
