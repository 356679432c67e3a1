import { parseArgs } from 'node:util';
import { didYouMean, FLAG_HINT } from '../did-you-mean.js';
import { SluiceError } from '../errors.js';

/** One option of a command. */
export interface OptionSpec {
  /** What stands for the value in the help; without it the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

export interface ParsedOptions {
  /** Values by option name, in their order; switches that were given have ['']. */
  readonly options: ReadonlyMap<string, readonly string[]>;
  /** What stands after `--`. */
  readonly command: readonly string[];
}

export function usageError(message: string): SluiceError {
  return new SluiceError('SLUICE_ERR_USAGE', message);
}

/** Parses a command line against its options. @throws SluiceError SLUICE_ERR_USAGE */
export function parseOptions(argv: readonly string[], specs: OptionSpecs): ParsedOptions {
  const separator = argv.indexOf('--');
  const own = separator === -1 ? argv : argv.slice(0, separator);
  const command = separator === -1 ? [] : argv.slice(separator + 1);
  const { tokens } = parseArgs({
    args: [...own],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(specs).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short && { short }) } as const,
      ]),
    ),
  });
  const options = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') {
      throw usageError(`unexpected argument "${token.value}"; a server's command goes after --`);
    }
    if (token.kind !== 'option') continue;
    const spec = specs[token.name];
    if (spec === undefined) throw unknownOption(token.rawName, Object.keys(specs));
    if (spec.value !== undefined && !hasValue(token.value, token.inlineValue)) {
      throw usageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}`);
    }
    if (spec.value === undefined && token.value !== undefined) {
      throw usageError(`${token.rawName} takes no value`);
    }
    const given = options.get(token.name) ?? [];
    if (given.length > 0 && spec.multiple !== true) {
      throw usageError(`${token.rawName} is given twice`);
    }
    options.set(token.name, [...given, token.value ?? '']);
  }
  if (separator !== -1 && command.length === 0) {
    throw usageError('a command is missing after --');
  }
  return { options, command };
}

/** What looks like the next option is no value, unless it is given with `=`. */
function hasValue(value: string | undefined, inline: boolean | undefined): boolean {
  return value !== undefined && value !== '' && (inline === true || !value.startsWith('--'));
}

function unknownOption(rawName: string, names: readonly string[]): SluiceError {
  const hint = didYouMean(rawName.replace(/^-+/, ''), names, FLAG_HINT);
  return usageError(`unknown option ${rawName}${hint}`);
}

/** What the text of an option means; the option is named in the error. @throws SluiceError SLUICE_ERR_USAGE */
export type ReadValue<T> = (text: string, option: string) => T;

/** One of a few words; the error names the nearest right one. */
export function oneOf<T extends string>(values: readonly T[]): ReadValue<T> {
  return (text, option) => {
    const found = values.find((value) => value === text);
    if (found !== undefined) return found;
    throw usageError(
      `--${option} is one of ${values.join(', ')}, not "${text}"${didYouMean(text, values)}`,
    );
  };
}

/** A whole number within bounds. */
export function wholeNumber(min: number, max: number): ReadValue<number> {
  return (text, option) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    throw usageError(`--${option} takes a whole number from ${min} to ${max}; "${text}" is none`);
  };
}

const SIZE_UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const;

/** A size in bytes, such as 4096, 256k, 16MiB. */
export function byteSize(min: number, max: number): ReadValue<number> {
  return (text, option) => {
    const match = /^(\d{1,15})\s*(?:([kmg])(?:i?b)?|b?)$/i.exec(text);
    const unit = (match?.[2] ?? '').toLowerCase() as keyof typeof SIZE_UNITS;
    const value = match === null ? Number.NaN : Number(match[1]) * SIZE_UNITS[unit];
    if (value >= min && value <= max) return value;
    throw usageError(
      `--${option} takes a size from ${min} to ${max} bytes, such as 16MiB; "${text}" is none`,
    );
  };
}

const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A duration in milliseconds, such as 500ms, 10s, 2m. */
export function durationMs(minMs: number, maxMs: number): ReadValue<number> {
  return (text, option) => {
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
    const value =
      match === null
        ? Number.NaN
        : Number(match[1]) * DURATION_UNITS[match[2] as keyof typeof DURATION_UNITS];
    if (value >= minMs && value <= maxMs) return Math.round(value);
    throw usageError(
      `--${option} takes a duration from ${minMs} ms to ${maxMs / 1000} s, such as ${minMs}ms or ${maxMs / 1000}s; "${text}" is none`,
    );
  };
}

/** The options part of a help text. */
export function optionsHelp(specs: OptionSpecs): string {
  const rows = Object.entries(specs).map(([name, { value, short, multiple, help }]) => {
    const left = `${short === undefined ? '' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`;
    return [left, multiple === true ? `${help} (repeatable)` : help] as const;
  });
  return rows.map(([left, help]) => `  ${left.padEnd(34)} ${help}`.trimEnd()).join('\n');
}
