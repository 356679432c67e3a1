import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSplitter } from '../../src/framing/create-splitter.js';
import { type FrameMemory, OWN_MEMORY } from '../../src/framing/frame-assembly.js';
import type { FrameSplitter, Framing, SplitterEvents } from '../../src/framing/splitter.js';

const LIMIT = 40;

/** Overwrites what is given back, and takes nothing back that it has not given. */
class ReusedMemory implements FrameMemory {
  readonly #given = new Set<Uint8Array>();

  take(bytes: number): Uint8Array {
    const taken = new Uint8Array(bytes + 7).fill(0x3f);
    this.#given.add(taken);
    return taken;
  }

  giveBack(bytes: Uint8Array): void {
    assert.ok(this.#given.delete(bytes));
    bytes.fill(0x2a);
  }

  get isWhole(): boolean {
    return this.#given.size === 0;
  }
}

/** A splitter, and what it gives, in words. */
class Splitting {
  readonly given: string[] = [];
  readonly splitter: FrameSplitter;
  readonly memory = new ReusedMemory();

  constructor(framing: Framing, limit: number, memory: FrameMemory | null = null) {
    const events: SplitterEvents = {
      oversize: (limitBytes) => this.given.push(`oversize ${limitBytes}`),
      noise: (line) => this.given.push(`noise ${Buffer.from(line).toString('latin1')}`),
    };
    this.splitter = createSplitter(framing, limit, events, memory ?? this.memory);
  }

  /** Takes one frame; false when there is none. */
  take(): boolean {
    const frame = this.splitter.next();
    if (frame !== null) this.#note(frame);
    return frame !== null;
  }

  /** Takes a run of frames, or its first one; false when there is none. */
  takeRun(isWhole: boolean): boolean {
    const run = this.splitter.nextRun!();
    if (run === null) return false;
    const end = isWhole ? run.end : run.first + 1;
    for (let i = run.first; i < end; i++) {
      this.#note(run.bytes.subarray(run.bounds[i], run.bounds[i + 1]! - 1));
    }
    this.splitter.shiftRun!(end - run.first);
    return true;
  }

  #note(frame: Uint8Array): void {
    this.given.push(`frame ${Buffer.from(frame).toString('latin1')}`);
  }
}

/** What a splitter gives for a stream that comes in these chunks. */
function split(framing: Framing, chunks: readonly Uint8Array[], limit = LIMIT): string[] {
  const splitting = new Splitting(framing, limit, OWN_MEMORY);
  const { splitter, given } = splitting;
  for (const chunk of chunks) {
    splitter.push(chunk);
    while (splitting.take());
  }
  splitter.end();
  while (splitting.take());
  const inTurns = splitBorrowed(framing, chunks, limit, (turns, turn) => {
    for (let n = 0; n < turn % 3 && turns.take(); n++);
  });
  assert.deepEqual(given, inTurns);
  return given;
}

/** The same where chunks are overwritten once `take` has taken what it wants, and memory is used again. */
function splitBorrowed(
  framing: Framing,
  chunks: readonly Uint8Array[],
  limit: number,
  take: (splitting: Splitting, turn: number) => void,
): string[] {
  const splitting = new Splitting(framing, limit);
  const { splitter, given, memory } = splitting;
  for (const [turn, chunk] of chunks.entries()) {
    const borrowed = new Uint8Array(chunk);
    splitter.push(borrowed);
    take(splitting, turn);
    splitter.keep(null);
    borrowed.fill(0x2a);
  }
  splitter.end();
  while (splitting.take());
  assert.ok(memory.isWhole, 'all memory was given back');
  return given;
}

/** The same where up to `most` runs are taken at once, every second one in part, and frames between them. */
function splitInRuns(chunks: readonly Uint8Array[], limit: number, most: number): string[] {
  return splitBorrowed('ndjson', chunks, limit, (splitting) => {
    for (let n = 0; n < most; n++) {
      const hadRun = splitting.takeRun(n % 2 === 0);
      if (!(hadRun && n % 3 === 0) && !splitting.take() && !hadRun) return;
    }
  });
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const edges = [0, ...at.map((n) => n % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((end, i) => bytes.subarray(edges[i], end));
}

/** Every cut in two, and each byte as a chunk, give what the whole gives. */
function givesSameEverywhere(framing: Framing, stream: string, expected: readonly string[]): void {
  const bytes = Buffer.from(stream, 'latin1');
  assert.deepEqual(split(framing, [bytes]), expected);
  for (let at = 0; at <= bytes.length; at++) {
    assert.deepEqual(
      split(framing, [bytes.subarray(0, at), bytes.subarray(at)]),
      expected,
      `cut at ${at}`,
    );
  }
  const single = Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
  assert.deepEqual(split(framing, single), expected);
}

describe('an ndjson stream', () => {
  const streams: readonly [string, string, string[]][] = [
    ['of lines', 'one\ntwo\n', ['frame one', 'frame two']],
    ['with CR LF', 'one\r\ntwo\r\n', ['frame one', 'frame two']],
    ['with a CR inside a line', 'o\rne\n', ['frame o\rne']],
    ['with blank lines', '\n \t\r\n\none\n\n', ['frame one']],
    ['whose last line has no end', 'one\ntwo', ['frame one', 'frame two']],
    ['whose last line has no end and is blank', 'one\n  ', ['frame one']],
    ['with a line at the limit', `${'x'.repeat(LIMIT)}\n`, [`frame ${'x'.repeat(LIMIT)}`]],
    ['with a CR LF line at the limit', `${'x'.repeat(LIMIT)}\r\n`, [`frame ${'x'.repeat(LIMIT)}`]],
    [
      'with a line above the limit',
      `a\n${'x'.repeat(LIMIT + 1)}\nb\n`,
      ['frame a', 'oversize 40', 'frame b'],
    ],
    [
      'with a line far above the limit',
      `${'x'.repeat(LIMIT * 3)}\nb\n`,
      ['oversize 40', 'frame b'],
    ],
    [
      'whose last line is above the limit',
      `a\n${'x'.repeat(LIMIT * 3)}`,
      ['frame a', 'oversize 40'],
    ],
    ['of nothing', '', []],
  ];
  for (const [name, stream, expected] of streams) {
    test(`${name} gives the same frames wherever it is cut`, () => {
      givesSameEverywhere('ndjson', stream, expected);
    });
  }
});

describe('a Content-Length stream', () => {
  const one = 'Content-Length: 3\r\n\r\none';
  const streams: readonly [string, string, string[]][] = [
    ['of messages', `${one}${one}`, ['frame one', 'frame one']],
    ['with other headers', `Content-Type: x\r\ncontent-length:3\r\n\r\none`, ['frame one']],
    ['with LF alone', 'Content-Length: 3\n\none', ['frame one']],
    ['with line ends in a body', 'Content-Length: 4\r\n\r\n\r\n\r\n', ['frame \r\n\r\n']],
    ['with an empty body', `Content-Length: 0\r\n\r\n${one}`, ['frame one']],
    [
      'with lines that are no header',
      `oops\r\n${one}oops\n${one}`,
      ['noise oops', 'frame one', 'noise oops', 'frame one'],
    ],
    [
      'with a length that is none',
      `Content-Length: none\r\n\r\n{}${one}${one}`,
      ['noise Content-Length: none', 'noise {}Content-Length: 3', 'frame one', 'frame one'],
    ],
    [
      'with text before a header',
      `loading...${one}\x01${one}`,
      [
        'noise loading...Content-Length: 3',
        'frame one',
        'noise \x01Content-Length: 3',
        'frame one',
      ],
    ],
    [
      'with a length that is too small',
      `Content-Length: 2\r\n\r\nabc${one}`,
      ['frame ab', 'noise cContent-Length: 3', 'frame one'],
    ],
    [
      'with a printed line about a header',
      `got Content-Length: 9\n\n${one}`,
      ['noise got Content-Length: 9', 'frame one'],
    ],
    [
      'with what looks like a header, and ends with LF',
      `INFO: 1\n${one}`,
      ['noise INFO: 1', 'frame one'],
    ],
    [
      'with headers of its own',
      `X-Trace: 1\r\nContent-Length: 3\r\nX_b:2\r\n\r\none`,
      ['frame one'],
    ],
    [
      'with a body at the limit',
      `Content-Length: 40\r\n\r\n${'x'.repeat(40)}`,
      [`frame ${'x'.repeat(40)}`],
    ],
    [
      'with a body above the limit',
      `Content-Length: 41\r\n\r\n${'x'.repeat(41)}${one}`,
      ['oversize 40', 'frame one'],
    ],
    ['with a body cut off', `${one}Content-Length: 9\r\n\r\non`, ['frame one', 'frame on\0']],
    ['with all of a body cut off', `${one}Content-Length: 9\r\n\r\n`, ['frame one', 'frame \0']],
    [
      'with headers cut off',
      `${one}Content-Length: 9\r\n`,
      ['frame one', 'noise Content-Length: 9'],
    ],
    ['with a header cut off', `${one}Content-Len`, ['frame one', 'noise Content-Len']],
  ];
  for (const [name, stream, expected] of streams) {
    test(`${name} gives the same frames wherever it is cut`, () => {
      givesSameEverywhere('content-length', stream, expected);
    });
  }

  test('with a line too long for a header gives the same wherever it is cut', () => {
    const line = `${'x'.repeat(8 * 1024)}Content-Length: 3\r\n`;
    const bytes = Buffer.from(`${line}\r\none${one}`);
    const expected = [`noise ${'x'.repeat(8 * 1024)}`, 'frame one', 'frame one'];
    for (const at of [1, 8191, 8192, 8193, 8200, 8209, 8210, 8211, bytes.length]) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      assert.deepEqual(split('content-length', chunks), expected, `cut at ${at}`);
    }
  });
});

describe('generated streams', () => {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom('\n', '\r\n', '\r', ' ') },
    {
      weight: 3,
      arbitrary: fc.constantFrom('Content-Length: 3\r\n', 'Content-Length: 50\r\n', '\r\n\r\n'),
    },
    { weight: 2, arbitrary: fc.string({ maxLength: 60 }) },
  );
  const stream = fc.array(piece, { maxLength: 20 }).map((pieces) => Buffer.from(pieces.join('')));
  for (const framing of ['ndjson', 'content-length'] as const) {
    test(`give the same frames however they are cut: ${framing}`, () => {
      fc.assert(
        fc.property(stream, fc.array(fc.nat(), { maxLength: 8 }), (bytes, at) => {
          assert.deepEqual(split(framing, cut(bytes, at)), split(framing, [bytes]));
        }),
        { numRuns: 500 },
      );
    });
  }

  test('of lines give those lines', () => {
    const line = fc
      .string({ minLength: 1, maxLength: 30 })
      .filter((text) => /^[^\r\n]*[^\s]$/.test(text));
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (lines, at) => {
          const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''), 'utf8');
          const frames = lines.map((text) => `frame ${Buffer.from(text).toString('latin1')}`);
          assert.deepEqual(split('ndjson', cut(bytes, at), 1000), frames);
        },
      ),
    );
  });

  test('of lines give the same frames when several are taken at once', () => {
    const line = fc.oneof(
      { weight: 6, arbitrary: fc.nat(99).map((n) => `{"n":${n}}\n`) },
      fc.constantFrom('\n', ' {}\n', '{}\r\n', '[{}]\n', 'x\n', '{', `{${'y'.repeat(50)}}\n`),
    );
    const lines = fc.array(line, { maxLength: 40 });
    fc.assert(
      fc.property(lines, fc.array(fc.nat(), { maxLength: 8 }), fc.nat(4), (texts, at, most) => {
        const bytes = Buffer.from(texts.join(''));
        assert.deepEqual(splitInRuns(cut(bytes, at), LIMIT, most), split('ndjson', [bytes]));
      }),
      { numRuns: 1_000 },
    );
  });

  test('of long lines are put together in memory that is used again', () => {
    const line = fc.integer({ min: 10_000, max: 90_000 }).map((length) => 'x'.repeat(length));
    const at = fc.array(fc.nat(), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 5 }), at, (lines, cuts) => {
        const bytes = Buffer.from(lines.map((text, n) => `${n}${text}\n`).join(''));
        const frames = lines
          .map((text, n) => `frame ${n}${text}`)
          .filter((text) => text.length < 80_000);
        const given = split('ndjson', cut(bytes, cuts), 80_000 - 'frame '.length - 1);
        assert.deepEqual(
          given.filter((text) => text.startsWith('frame')),
          frames,
        );
      }),
      { numRuns: 50 },
    );
  });

  for (const [framing, head] of [
    ['ndjson', ''],
    ['content-length', 'Content-Length: 100000\r\n\r\n'],
  ] as const) {
    test(`of single bytes are not copied for each of them: ${framing}`, () => {
      const body = 'x'.repeat(100_000);
      let takenBytes = 0;
      let isGivenBack = false;
      const events = { oversize: () => assert.fail(), noise: () => assert.fail() };
      const splitter = createSplitter(framing, 200_000, events, {
        take: (bytes) => {
          takenBytes += bytes;
          return new Uint8Array(bytes);
        },
        giveBack: () => {
          isGivenBack = true;
        },
      });
      const byte = new Uint8Array(1);
      let frame: Uint8Array | null = null;
      for (const value of Buffer.from(`${head}${body}\n`)) {
        byte[0] = value;
        splitter.push(byte);
        const given = splitter.next();
        splitter.keep(given);
        frame = given ?? frame;
      }
      assert.equal(Buffer.from(frame!).toString(), body);
      assert.ok(takenBytes < 4 * body.length, `${takenBytes} bytes`);
      splitter.next();
      assert.ok(isGivenBack);
    });
  }

  test('of many short lines are given as runs', () => {
    const splitter = createSplitter(
      'ndjson',
      LIMIT,
      {
        oversize: () => assert.fail(),
        noise: () => assert.fail(),
      },
      OWN_MEMORY,
    );
    splitter.push(Buffer.from('{}\n'.repeat(200)));
    const counts: number[] = [];
    for (let run = splitter.nextRun!(); run !== null; run = splitter.nextRun!()) {
      counts.push(run.end - run.first);
      splitter.shiftRun!(run.end - run.first);
    }
    assert.deepEqual(counts, [128, 72]);
    assert.equal(splitter.next(), null);
  });

  test('of Content-Length messages give those messages', () => {
    const body = fc.uint8Array({ minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(
        fc.array(body, { maxLength: 20 }),
        fc.array(fc.nat(), { maxLength: 8 }),
        (bodies, at) => {
          const parts = bodies.flatMap((b) => [
            Buffer.from(`Content-Length: ${b.length}\r\n\r\n`),
            b,
          ]);
          const frames = bodies.map((b) => `frame ${Buffer.from(b).toString('latin1')}`);
          assert.deepEqual(split('content-length', cut(Buffer.concat(parts), at)), frames);
        },
      ),
    );
  });
});
