#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, SluiceError, usageError } from '../errors.js';
import { didYouMean } from '../options/did-you-mean.js';

const EXIT_FAILURE = 1;
const EXIT_USAGE = 2;
/** How long the readers of our output get to take the last of it. */
const LAST_OUTPUT_MS = 1000;

const HELP = `Sluice: a JSON-RPC gateway for Node.

  sluice serve [options] [-- command args...]    serve a JSON-RPC server to many clients
  sluice bench URL | -- command args...          measure a JSON-RPC server under load

  sluice COMMAND --help    the options of a command; so does sluice help COMMAND
  sluice --version
`;

/** Each is loaded when it is asked for: they have little in common. */
const COMMANDS: Readonly<Record<string, (argv: readonly string[]) => Promise<number>>> = {
  serve: async (argv) => (await import('./serve-command.js')).serveCommand(argv),
  bench: async (argv) => (await import('../bench/bench-command.js')).runBenchCommand(argv),
};

async function main(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-v' || name === '-V') {
    process.stdout.write(`${version()}\n`);
    return 0;
  }
  if (name === 'help' && rest[0] !== undefined && !rest[0].startsWith('-'))
    return commandNamed(rest[0])(['--help']);
  if (name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  if (name === undefined) {
    process.stderr.write(`${HELP}\nsluice: say which command\n`);
    return EXIT_USAGE;
  }
  return commandNamed(name)(rest);
}

function commandNamed(name: string): (argv: readonly string[]) => Promise<number> {
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command !== undefined) return command;
  if (name === '--') throw usageError('say which command: sluice serve -- COMMAND args...');
  const isOption = name.startsWith('-');
  const known = isOption ? ['--help', '--version'] : Object.keys(COMMANDS);
  const otherwise = isOption
    ? '; the options of a command stand behind it, as in sluice serve --help'
    : '; sluice --help lists all';
  const hint = didYouMean(name, known, { otherwise });
  throw usageError(`unknown ${isOption ? 'option' : 'command'} "${name}"${hint}`);
}

function version(): string {
  const file = new URL('../../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

/** Ends the process once what was written is out: exit() does not wait for a pipe. */
async function exit(code: number): Promise<never> {
  const written = Promise.all([writtenTo(process.stdout), writtenTo(process.stderr)]);
  await Promise.race([written, sleep(LAST_OUTPUT_MS)]);
  process.exit(code);
}

function writtenTo(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.writableLength === 0) resolve();
    else if (stream.writableEnded) stream.once('close', resolve).once('finish', resolve);
    else stream.write('', () => resolve());
  });
}

// Who has read enough (`sluice serve --help | head -1`) closes the pipe.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

main(process.argv.slice(2)).then(exit, (error: unknown) => {
  if (!(error instanceof SluiceError)) {
    process.stderr.write(`sluice: ${(error as Error).stack ?? messageOf(error)}\n`);
    return exit(EXIT_FAILURE);
  }
  const isUsage = error.code === 'SLUICE_ERR_USAGE';
  // The code leads to its row in docs/errors.md; what a usage error says is all of it.
  process.stderr.write(`sluice: ${error.message}${isUsage ? '' : ` (${error.code})`}\n`);
  return exit(isUsage ? EXIT_USAGE : EXIT_FAILURE);
});
