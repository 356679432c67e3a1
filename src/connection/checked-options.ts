import { SluiceError } from '../errors.js';

/**
 * The value of an option of the library that is one of a few words.
 * @throws SluiceError SLUICE_ERR_USAGE
 */
export function choiceOption<Choice extends string>(
  name: string,
  value: Choice | undefined,
  choices: readonly [Choice, ...Choice[]],
): Choice {
  if (value === undefined) return choices[0];
  if (choices.includes(value)) return value;
  throw new SluiceError(
    'SLUICE_ERR_USAGE',
    `${name} is one of ${choices.join(', ')}, not ${value}`,
  );
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
  throw new SluiceError(
    'SLUICE_ERR_USAGE',
    `${name} takes a whole number from ${min} to ${max}; ${value} is none`,
  );
}
