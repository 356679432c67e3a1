import { checkWritable } from '../src/bench/report/check-writable.js';
import { SluiceError, usageError } from '../src/errors.js';
import {
  type Arguments,
  asksForHelp,
  type OptionSpec,
  parseArguments,
} from '../src/options/arguments.js';
import { optionsHelp } from '../src/options/options-help.js';
import { wholeNumber } from '../src/options/value-readers.js';

const EXIT_USAGE = 2;

const DEFAULT_ROUNDS = 3;
const MAX_ROUNDS = 1_000;

const HELP = { help: { short: 'h', help: 'show this' } } as const;

/** Where a benchmark's result goes: the option of every script that has one. */
export const JSON_OPTION = {
  json: { value: 'FILE', help: 'writes the result there, with machine, versions and commit' },
} as const;

/** How often it is all measured, where the script leaves the choice. */
export const ROUNDS_OPTION = {
  rounds: { value: 'N', help: `rounds; medians count [${DEFAULT_ROUNDS}]` },
} as const;

/** The value of JSON_OPTION; null: none. @throws SluiceError SLUICE_ERR_REPORT_UNWRITABLE */
export function readJsonPath(given: Pick<Arguments<'json'>, 'one'>): string | null {
  const path = given.one('json');
  if (path !== null) checkWritable('--json', path);
  return path;
}

/** The value of ROUNDS_OPTION. @throws SluiceError SLUICE_ERR_USAGE */
export function readRounds(given: Pick<Arguments<'rounds'>, 'read'>): number {
  return given.read('rounds', wholeNumber(1, MAX_ROUNDS)) ?? DEFAULT_ROUNDS;
}

/** A script of this folder, as its --help shows it. */
export interface Script<Name extends string> {
  /** In package.json, such as `bench:kernel`. */
  readonly name: string;
  /** What it measures, in a few lines. */
  readonly about: string;
  /** About how long it takes. */
  readonly takes: string;
  readonly options: Readonly<Record<Name, OptionSpec>>;
}

/**
 * What this process was told, as `understand` makes it of the options. `--help` and a wrong command
 * line end the process here, with a text and 0, or one line and 2: so it is called before anything
 * is measured.
 */
export function readScriptArguments<Name extends string, Understood>(
  script: Script<Name>,
  understand: (given: Arguments<Name | 'help'>) => Understood,
): Understood {
  const argv = process.argv.slice(2);
  if (asksForHelp(argv)) {
    process.stdout.write(helpText(script));
    process.exit(0);
  }
  try {
    const given = parseArguments(argv, { ...script.options, ...HELP });
    const [extra] = [...given.positionals, ...given.command];
    if (extra !== undefined) throw usageError(`unexpected argument "${extra}"; --help lists all`);
    return understand(given);
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    process.stderr.write(`${script.name}: ${error.message}\n`);
    process.exit(EXIT_USAGE);
  }
}

function helpText({ name, about, takes, options }: Script<string>): string {
  const all = optionsHelp([{ title: 'Options', options: { ...options, ...HELP } }]);
  return `npm run ${name} [-- options]\n\n${about}\n\nIt takes ${takes}.\n\n${all}\n`;
}
