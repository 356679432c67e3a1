import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { createSplitter } from '../../src/framing/create-splitter.js';
import { OWN_MEMORY } from '../../src/framing/frame-assembly.js';
import { cut, LIMIT, split, splitInRuns } from '../support/splitting.js';

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
