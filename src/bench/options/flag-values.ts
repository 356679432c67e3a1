import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { didYouMean, FLAG_HINT } from '../../did-you-mean.js';
import { inexactNumber } from './exact-numbers.js';
import { FLAGS } from './option-table.js';
import { UsageError } from './usage-error.js';

/** The command line, taken apart but not yet understood. */
export interface FlagValues {
  readonly url: string | null;
  /** What stands after `--`; empty where there is none. */
  readonly command: readonly string[];
  has(flag: string): boolean;
  /** The value of a flag that stands at most once. */
  one(flag: string): string | null;
  /** All values of a flag that may be repeated. */
  all(flag: string): readonly string[];
}

/** Takes the arguments apart; throws UsageError with the nearest right spelling. */
export function readFlags(argv: readonly string[]): FlagValues {
  const separator = argv.indexOf('--');
  const own = separator === -1 ? argv : argv.slice(0, separator);
  const command = separator === -1 ? [] : argv.slice(separator + 1);
  const options = Object.fromEntries(
    FLAGS.map(({ name, value }) => [
      name,
      { type: value === undefined ? ('boolean' as const) : ('string' as const) },
    ]),
  );
  const parsed = parseArgs({
    args: own.map((argument) => (argument === '-h' ? '--help' : argument)),
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const given = new Map<string, string[]>();
  for (const token of parsed.tokens) {
    if (token.kind !== 'option') continue;
    checkFlag(token.rawName, token.value, given.has(token.name));
    given.set(token.name, [...(given.get(token.name) ?? []), token.value ?? '']);
  }
  const [url = null, extra] = parsed.positionals;
  if (extra !== undefined) throw new UsageError(`"${extra}" is one argument too many`);
  if (separator !== -1 && command.length === 0) {
    throw new UsageError('a command is missing after --');
  }
  return {
    url,
    command,
    has: (flag) => given.has(flag),
    one: (flag) => given.get(flag)?.[0] ?? null,
    all: (flag) => given.get(flag) ?? [],
  };
}

/** One of `choices`; throws UsageError with the nearest. */
export function choice<T extends string>(text: string, what: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `${what} is ${choices.join(', ')}, not "${text}"${didYouMean(text, choices)}`,
  );
}

/** A file's text; throws UsageError where it cannot be read. */
export function readText(path: string, what: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(
      `${what}: cannot read ${path}: ${code === 'ENOENT' ? 'there is no such file' : String(code)}`,
    );
  }
}

/** Parses JSON; throws UsageError where it is none, or holds a number that would be changed. */
export function readJson(text: string, what: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${what} is not JSON: ${(error as Error).message}`);
  }
  const inexact = inexactNumber(text);
  if (inexact === null) return value;
  throw new UsageError(`${what}: the number ${inexact} cannot be kept exactly; write a string`);
}

/** `JSON` or `@FILE` with JSON in it. */
export function readJsonArgument(text: string, what: string): unknown {
  if (!text.startsWith('@')) return readJson(text, what);
  return readJson(readText(text.slice(1), what), `${what}: ${text.slice(1)}`);
}

function checkFlag(rawName: string, value: string | undefined, isRepeated: boolean): void {
  const name = rawName.replace(/^-+/, '');
  const flag = FLAGS.find((one) => one.name === name);
  if (flag === undefined || !rawName.startsWith('--')) {
    const names = FLAGS.map((one) => one.name);
    throw new UsageError(`unknown option ${rawName}${didYouMean(name, names, FLAG_HINT)}`);
  }
  // What looks like an option is one: `--json --quiet` has forgotten the file.
  if (flag.value !== undefined && (value === undefined || value === '' || value.startsWith('--'))) {
    throw new UsageError(`--${name} needs a value: --${name} ${flag.value}`);
  }
  if (flag.value === undefined && value !== undefined) {
    throw new UsageError(`--${name} takes no value`);
  }
  if (isRepeated && flag.isMultiple !== true) {
    throw new UsageError(`--${name} stands twice`);
  }
}
