import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  byteSize,
  durationMs,
  oneOf,
  optionsHelp,
  parseOptions,
  wholeNumber,
} from '../../src/cli/option-parser.js';

const SPECS = {
  listen: { value: 'URL', short: 'l', multiple: true, help: 'where' },
  threads: { value: 'N', help: 'how many' },
  quiet: { short: 'q', help: 'say less' },
} as const;

function usage(message: RegExp): { code: string; message: RegExp } {
  return { code: 'SLUICE_ERR_USAGE', message };
}

describe('a command line', () => {
  test('gives options by name, switches, repeated ones, and the command', () => {
    const { options, command } = parseOptions(
      ['--listen', 'a', '-l', 'b', '--threads=2', '-q', '--', 'cat', '--listen', '--'],
      SPECS,
    );
    assert.deepEqual(Object.fromEntries(options), {
      listen: ['a', 'b'],
      threads: ['2'],
      quiet: [''],
    });
    assert.deepEqual(command, ['cat', '--listen', '--']);
  });

  const wrong: readonly [string[], RegExp][] = [
    [['--lisen', 'x'], /^unknown option --lisen; did you mean --listen\?$/],
    [['--thr', '2'], /^unknown option --thr; did you mean --threads\?$/],
    [['--listen'], /^--listen needs a value: --listen URL$/],
    [['--threads', '1', '--threads', '2'], /^--threads is given twice$/],
    [['--quiet=yes'], /^--quiet takes no value$/],
    [['cat'], /^unexpected argument "cat"; a server's command goes after --$/],
  ];
  for (const [argv, message] of wrong) {
    test(`is refused: ${argv.join(' ')}`, () => {
      assert.throws(() => parseOptions(argv, SPECS), usage(message));
    });
  }

  test('has a help text with every option', () => {
    const help = optionsHelp(SPECS);
    assert.match(help, /^ {2}-l, --listen URL +where \(repeatable\)$/m);
    assert.match(help, /^ {2}--threads N +how many$/m);
  });
});

describe('the value of an option', () => {
  test('that is one of a few gets the nearest right one named', () => {
    assert.equal(oneOf(['session', 'shared'])('shared', 'mode'), 'shared');
    assert.throws(
      () => oneOf(['session', 'shared'])('share', 'mode'),
      usage(/did you mean "shared"\?$/),
    );
  });

  test('that is a number is whole and within bounds', () => {
    assert.equal(wholeNumber(1, 7)('7', 'n'), 7);
    for (const text of ['0', '8', '1.5', '-1', '1e0', '', 'x']) {
      assert.throws(() => wholeNumber(1, 7)(text, 'n'), usage(/takes a whole number from 1 to 7/));
    }
  });

  test('that is a size has a unit', () => {
    const sizes = {
      '4096': 4096,
      '256k': 262_144,
      '16MiB': 16_777_216,
      '1 GB': 1_073_741_824,
      '9B': 9,
    };
    for (const [text, bytes] of Object.entries(sizes)) {
      assert.equal(byteSize(1, 2 ** 40)(text, 's'), bytes, text);
    }
    for (const text of ['', '1.5M', '16T', 'M', '-1', '0']) {
      assert.throws(() => byteSize(1, 2 ** 40)(text, 's'), usage(/takes a size/));
    }
  });

  test('that is a duration needs a unit', () => {
    const durations = { '500ms': 500, '10s': 10_000, '1.5m': 90_000, '1h': 3_600_000, '0s': 0 };
    for (const [text, ms] of Object.entries(durations)) {
      assert.equal(durationMs(0, 2 ** 40)(text, 'd'), ms, text);
    }
    for (const text of ['10', '10 s', 's', '-1s', '2d', '']) {
      assert.throws(() => durationMs(0, 2 ** 40)(text, 'd'), usage(/takes a duration/));
    }
  });
});
