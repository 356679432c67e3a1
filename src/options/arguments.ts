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
 * What to say of options that a command does not have and other programs do, by their names without
 * dashes. `textOf` has what stands behind such an option; null where nothing does.
 */
export type ForeignOptions = Readonly<
  Record<string, (textOf: (name: string) => string | null) => string>
>;

/**
 * Takes a command line apart by the options of its command. @throws SluiceError SLUICE_ERR_USAGE
 */
export function parseArguments<Name extends string>(
  argv: readonly string[],
  specs: Readonly<Record<Name, OptionSpec>>,
  foreign: ForeignOptions = {},
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
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name as Name] : undefined;
    if (spec === undefined) {
      const hint = foreignHint(token.name, tokens, foreign) ?? nearHint(token, own, specs);
      throw usageError(`unknown option ${token.rawName}${hint}`);
    }
    checkOption(token, before.length > 0, spec);
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
  readonly kind: 'option';
  /** Of the argument that it stands in. */
  readonly index: number;
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

type Token =
  | OptionToken
  | { readonly kind: 'positional'; readonly value: string }
  | { readonly kind: 'option-terminator' };

function foreignHint(
  name: string,
  tokens: readonly Token[],
  foreign: ForeignOptions,
): string | null {
  const say = Object.hasOwn(foreign, name) ? foreign[name] : undefined;
  return say === undefined ? null : `; ${say((other) => textBehind(other, tokens))}`;
}

function textBehind(name: string, tokens: readonly Token[]): string | null {
  const at = tokens.findIndex((token) => token.kind === 'option' && token.name === name);
  const [token, next] = tokens.slice(at, at + 2);
  if (at === -1 || token?.kind !== 'option') return null;
  return token.value ?? (next?.kind === 'positional' ? next.value : null);
}

/**
 * One letter is like too many names; but it may be the first of a name with a dash too few
 * (`-threads`).
 */
function nearHint(
  { index, rawName }: OptionToken,
  argv: readonly string[],
  specs: OptionSpecs,
): string {
  if (rawName.startsWith('--')) return didYouMean(rawName.slice(2), Object.keys(specs), FLAG_HINT);
  const name = argv[index]!.slice(1).replace(/=.*$/s, '');
  return Object.hasOwn(specs, name) ? `; did you mean --${name}?` : FLAG_HINT.otherwise;
}

function checkOption(token: OptionToken, isRepeated: boolean, spec: OptionSpec): void {
  const { rawName, value } = token;
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
