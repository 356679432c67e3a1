import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { asksForHelp, parseArguments } from '../../src/options/arguments.js';
import { optionsHelp } from '../../src/options/options-help.js';
import { wholeNumber } from '../../src/options/value-readers.js';

const SPECS = {
  listen: { value: 'URL', short: 'l', multiple: true, help: 'where' },
  threads: { value: 'N', help: 'how many' },
  quiet: { short: 'q', help: 'say less' },
} as const;

describe('a command line', () => {
  test('gives options by name, switches, repeated ones, and the command', () => {
    const given = parseArguments(
      ['--listen', 'a', 'b', '-l', 'c', '--threads=2', '-q', '--', 'cat', '--listen', '--'],
      SPECS,
    );
    assert.deepEqual(given.names, ['listen', 'threads', 'quiet']);
    assert.deepEqual(given.all('listen'), ['a', 'c']);
    assert.equal(given.one('threads'), '2');
    assert.equal(given.read('threads', wholeNumber(1, 2)), 2);
    assert.equal(given.has('quiet'), true);
    assert.deepEqual(given.positionals, ['b']);
    assert.deepEqual(given.command, ['cat', '--listen', '--']);
  });

  test('has nothing of what was not given', () => {
    const given = parseArguments([], SPECS);
    assert.deepEqual([given.names, given.positionals, given.command], [[], [], []]);
    assert.deepEqual(given.all('listen'), []);
    assert.equal(given.one('threads'), null);
    assert.equal(given.read('threads', wholeNumber(1, 2)), null);
    assert.equal(given.has('quiet'), false);
  });

  test('takes what looks like an option for a value only behind =', () => {
    assert.equal(parseArguments(['--threads=--quiet'], SPECS).one('threads'), '--quiet');
  });

  const wrong: readonly [string[], RegExp][] = [
    [['--lisen', 'x'], /^unknown option --lisen; did you mean --listen\?$/],
    [['--thr', '2'], /^unknown option --thr; did you mean --threads\?$/],
    [['--toString'], /^unknown option --toString; --help lists all$/],
    [['-t'], /^unknown option -t; --help lists all$/],
    [['-threads', '2'], /^unknown option -t; did you mean --threads\?$/],
    [['-threads=2'], /^unknown option -t; did you mean --threads\?$/],
    [['--listen'], /^--listen needs a value: --listen URL$/],
    [['--listen', '--quiet'], /^--listen needs a value: --listen URL$/],
    [['--threads', '1', '--threads', '2'], /^--threads is given twice$/],
    [['--quiet=yes'], /^--quiet takes no value$/],
    [['--quiet', '--'], /^a command is missing after --$/],
  ];
  for (const [argv, message] of wrong) {
    test(`is refused: ${argv.join(' ')}`, () => {
      assert.throws(() => parseArguments(argv, SPECS), { code: 'SLUICE_ERR_USAGE', message });
    });
  }

  test('says of options that are other programs what to write in their place', () => {
    const foreign = {
      port: (textOf: (name: string) => string | null) => `${textOf('host')}:${textOf('port')}`,
    };
    const hints = {
      '--port': 'null:null',
      '--port 1': 'null:1',
      '--port=1 --host a': 'a:1',
      '--port --quiet': 'null:null',
      '--quiet --port 1 2': 'null:1',
    };
    for (const [line, hint] of Object.entries(hints)) {
      assert.throws(() => parseArguments(line.split(' '), SPECS, foreign), {
        code: 'SLUICE_ERR_USAGE',
        message: `unknown option --port; ${hint}`,
      });
    }
    assert.throws(() => parseArguments(['--prt'], SPECS, foreign), {
      message: 'unknown option --prt; --help lists all',
    });
  });

  test('asks for help ahead of the command only', () => {
    assert.equal(asksForHelp(['--quiet', '-h']), true);
    assert.equal(asksForHelp(['--help', '--', 'cat']), true);
    assert.equal(asksForHelp(['--', 'cat', '--help']), false);
  });
});

test('the help names every option under its title', () => {
  const { listen, ...others } = SPECS;
  const help = optionsHelp([
    { title: 'Clients', options: { listen } },
    { title: 'Others', options: others },
  ]);
  assert.deepEqual(
    help.split('\n').map((line) => line.replace(/ {2,}/g, '  ')),
    [
      'Clients:',
      '  -l, --listen URL  where (repeatable)',
      '',
      'Others:',
      '  --threads N  how many',
      '  -q, --quiet  say less',
    ],
  );
});
