#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { closest } from 'fastest-levenshtein';
import { runBenchCommand } from '../bench/bench-command.js';
import { messageOf, SluiceError } from '../errors.js';
import { SERVE_HELP, serveCommand } from './serve-command.js';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;

const HELP = `Sluice: a JSON-RPC gateway for Node.

  sluice serve [options] [-- command args...]    serve a JSON-RPC server to many clients
  sluice bench URL | -- command args...          measure a JSON-RPC server under load

  sluice COMMAND --help    the options of a command
  sluice --version
`;

const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  serve: serveCommand,
  bench: runBenchCommand,
};

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(name === 'help' && rest[0] === 'serve' ? SERVE_HELP : HELP);
    return name === undefined ? EXIT_USAGE : 0;
  }
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) {
    const nearest = closest(name, Object.keys(COMMANDS));
    throw new SluiceError(
      'SLUICE_ERR_USAGE',
      `unknown command "${name}"; did you mean "${nearest}"?`,
    );
  }
  return command(rest);
}

function version(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

main(process.argv.slice(2)).then(
  (code) => process.exit(code),
  (error: unknown) => {
    const known = error instanceof SluiceError;
    process.stderr.write(
      `sluice: ${known ? error.message : ((error as Error).stack ?? messageOf(error))}\n`,
    );
    process.exit(known && error.code === 'SLUICE_ERR_USAGE' ? EXIT_USAGE : EXIT_FAILURE);
  },
);
