import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  byteSize,
  durationMs,
  oneOf,
  type ReadValue,
  ratePerSecond,
  wholeNumber,
} from '../../src/options/value-readers.js';

function reads<T>(read: ReadValue<T>, meanings: Readonly<Record<string, T>>): void {
  for (const [text, value] of Object.entries(meanings))
    assert.equal(read(text, '--x'), value, text);
}

function refuses<T>(read: ReadValue<T>, texts: readonly string[], message: RegExp): void {
  for (const text of texts) {
    assert.throws(() => read(text, '--x'), { code: 'SLUICE_ERR_USAGE', message }, text);
  }
}

describe('the value of an option', () => {
  test('that is one of a few gets the nearest right one named', () => {
    reads(oneOf(['session', 'shared']), { shared: 'shared' });
    refuses(
      oneOf(['session', 'shared']),
      ['share'],
      /^--x is one of session, shared, not "share"; did you mean "shared"\?$/,
    );
  });

  test('that is a number is whole and within bounds', () => {
    reads(wholeNumber(0, 2_000_000), { '7': 7, '50k': 50_000, '1.1m': 1_100_000, '0': 0 });
    const wrong = ['1.5', '-1', '1e0', '', 'x', '1kb'];
    refuses(wholeNumber(1, 7), wrong, /^--x takes a whole number from 1 to 7; ".*" is none$/);
    refuses(wholeNumber(1, 7), ['0'], /^--x takes a whole number from 1 to 7; "0" is too small$/);
    refuses(wholeNumber(1, 7), ['8', '1k'], /from 1 to 7; ".*" is too large$/);
  });

  test('that is a rate is above 0', () => {
    reads(ratePerSecond(2_000_000), { '0.5': 0.5, '500': 500, '50k/s': 50_000, '2M': 2_000_000 });
    refuses(
      ratePerSecond(2_000_000),
      ['-1', '', '5/m', 'fast'],
      /^--x takes a rate a second such as 500 or 50k, of 2000000 at most; ".*" is none$/,
    );
    refuses(ratePerSecond(2_000_000), ['0'], /"0" is too small$/);
    refuses(ratePerSecond(2_000_000), ['2.1m'], /"2.1m" is too large$/);
  });

  test('that is a size may have a unit, and is of whole bytes', () => {
    reads(byteSize(1, 2 ** 40), {
      '4096': 4096,
      '256k': 262_144,
      '1.5M': 1_572_864,
      '16MiB': 16_777_216,
      '1 GB': 1_073_741_824,
      '9B': 9,
    });
    const wrong = ['', '1.3', '16T', 'M', '-1'];
    const units = String.raw`\(units: KiB, MiB, GiB; MB and M are MiB\)$`;
    const bounds = '^--x takes a size from 1B to 1024GiB;';
    const read = byteSize(1, 2 ** 40);
    refuses(read, wrong, new RegExp(`${bounds} ".*" is none ${units}`));
    refuses(read, ['0'], new RegExp(`${bounds} "0" is too small ${units}`));
    refuses(read, ['2000GB'], new RegExp(`${bounds} "2000GB" is too large ${units}`));
  });

  test('that is a duration needs a unit, unless it is none', () => {
    reads(durationMs(0, 2 ** 40), {
      '250us': 0.25,
      '500ms': 500,
      '10s': 10_000,
      '1.5m': 90_000,
      '1h': 3_600_000,
      '0s': 0,
      '0': 0,
    });
    refuses(durationMs(0, 2 ** 40), ['10', 's', '-1s', '2d', ''], /^--x takes a duration/);
    const bounded = durationMs(100, 86_400_000);
    refuses(
      bounded,
      ['5'],
      /^--x takes a duration from 100ms to 24h; "5" is none \(add a unit, as in 5s\)$/,
    );
    refuses(
      bounded,
      ['99ms', '0'],
      /^--x takes a duration from 100ms to 24h; ".*" is too small \(units: us, ms, s, m, h\)$/,
    );
    refuses(bounded, ['25h'], /"25h" is too large \(units: us, ms, s, m, h\)$/);
  });
});
