import { parseArgs } from 'node:util';
import { usageError } from '../errors.js';
import { didYouMean, FLAG_HINT } from './did-you-mean.js';
import type { ReadValue } from './value-readers.js';

/** One option of a command. */
export interface OptionSpec {
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** A command line, taken apart. */
export interface Arguments<Name extends string> {
  /** Of the options that were given, in their order. */
  readonly names: readonly Name[];
  /** What is no option, ahead of `--`. */
  readonly positionals: readonly string[];
  /** What stands after `--`; empty where there is none. */
  readonly command: readonly string[];
  has(name: Name): boolean;
  /** The texts of an option that may be repeated, in their order. */
  all(name: Name): readonly string[];
  /** The text of an option that is given at most once; null where it was not given. */
  one(name: Name): string | null;
  /** What that text means. @throws SluiceError SLUICE_ERR_USAGE */
  read<T>(name: Name, readValue: ReadValue<T>): T | null;
}

/**
 * Takes a command line apart by the options of its command. @throws SluiceError SLUICE_ERR_USAGE
 */
export function parseArguments<Name extends string>(
  argv: readonly string[],
  specs: Readonly<Record<Name, OptionSpec>>,
): Arguments<Name> {
  const { own, command } = splitAtCommand(argv);
  const { tokens, positionals } = parseArgs({
    args: [...own],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries<OptionSpec>(specs).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) } as const,
      ]),
    ),
  });
  const given = new Map<string, readonly string[]>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const before = given.get(token.name) ?? [];
    checkOption(token, before.length > 0, specs);
    given.set(token.name, [...before, token.value ?? '']);
  }
  if (command?.length === 0) throw usageError('a command is missing after --');
  return {
    names: [...given.keys()] as Name[],
    positionals,
    command: command ?? [],
    has: (name) => given.has(name),
    all: (name) => given.get(name) ?? [],
    one: (name) => given.get(name)?.[0] ?? null,
    read: (name, readValue) => {
      const text = given.get(name)?.[0];
      return text === undefined ? null : readValue(text, `--${name}`);
    },
  };
}

/**
 * Whether the options of a command ask for its help; what stands after `--` is another program's.
 */
export function asksForHelp(argv: readonly string[]): boolean {
  return splitAtCommand(argv).own.some((argument) => argument === '--help' || argument === '-h');
}

function splitAtCommand(argv: readonly string[]): {
  readonly own: readonly string[];
  readonly command: readonly string[] | null;
} {
  const separator = argv.indexOf('--');
  if (separator === -1) return { own: argv, command: null };
  return { own: argv.slice(0, separator), command: argv.slice(separator + 1) };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function checkOption(token: OptionToken, isRepeated: boolean, specs: OptionSpecs): void {
  const { name, rawName, value } = token;
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined) {
    const hint = didYouMean(rawName.replace(/^-+/, ''), Object.keys(specs), FLAG_HINT);
    throw usageError(`unknown option ${rawName}${hint}`);
  }
  if (spec.value !== undefined && !hasValue(token)) {
    throw usageError(`${rawName} needs a value: ${rawName} ${spec.value}`);
  }
  if (spec.value === undefined && value !== undefined)
    throw usageError(`${rawName} takes no value`);
  if (isRepeated && spec.multiple !== true) throw usageError(`${rawName} is given twice`);
}

/** What looks like the next option is no value, unless it is given with `=`. */
function hasValue({ value, inlineValue }: OptionToken): boolean {
  return value !== undefined && value !== '' && (inlineValue === true || !value.startsWith('--'));
}
