import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { WebSocketReader, type WebSocketSink } from '../../src/bench/framing/websocket-reader.js';

/** Notes what a reader tells, as text. */
class Notes implements WebSocketSink {
  readonly heard: string[] = [];

  onMessage(bytes: Buffer, start: number, end: number): void {
    this.heard.push(`message ${bytes.toString('utf8', start, end)}`);
  }
  onPing(bytes: Buffer, start: number, end: number): void {
    this.heard.push(`ping ${bytes.toString('utf8', start, end)}`);
  }
  onClose(code: number, reason: string): void {
    this.heard.push(`close ${code} ${reason}`.trim());
  }
  onBroken(reason: string): void {
    this.heard.push(`broken: ${reason}`);
  }
}

function read(stream: Buffer, ...cuts: number[]): readonly string[] {
  const notes = new Notes();
  const reader = new WebSocketReader(notes);
  let at = 0;
  for (const cut of [...cuts, stream.length]) {
    reader.push(stream, at, cut);
    at = cut;
  }
  return notes.heard;
}

const TEXT_AB = Buffer.from([0x81, 2, 0x61, 0x62]);
/** "abc" in three fragments, with a ping "x", a pong and an empty ping between them. */
const FRAGMENTED = Buffer.from([
  0x01, 1, 0x61, 0x89, 1, 0x78, 0x00, 1, 0x62, 0x8a, 0, 0x89, 0, 0x80, 1, 0x63,
]);
const LENGTH_16 = Buffer.concat([Buffer.from([0x82, 126, 0, 200]), Buffer.alloc(200, 'y')]);
const LENGTH_64 = Buffer.concat([
  Buffer.from([0x81, 127, 0, 0, 0, 0, 0, 1, 0x11, 0x70]),
  Buffer.alloc(70_000, 'z'),
]);
const CLOSE_1013 = Buffer.from([0x88, 2, 0x03, 0xf5]);

describe('the WebSocket reader', () => {
  it('hands on whole, fragmented and long messages with control frames between', () => {
    const stream = Buffer.concat([TEXT_AB, FRAGMENTED, LENGTH_16, LENGTH_64, CLOSE_1013]);
    assert.deepEqual(read(stream), [
      'message ab',
      'ping x',
      'ping ',
      'message abc',
      `message ${'y'.repeat(200)}`,
      `message ${'z'.repeat(70_000)}`,
      'close 1013',
    ]);
  });

  it('gives the same for a stream that is cut at any byte', () => {
    const stream = Buffer.concat([TEXT_AB, FRAGMENTED, LENGTH_16, TEXT_AB, CLOSE_1013]);
    const whole = read(stream);
    for (let cut = 1; cut < stream.length; cut++) {
      assert.deepEqual(read(stream, cut), whole, `cut at ${cut}`);
    }
  });

  it('gives the same for a stream that comes byte by byte', () => {
    const stream = Buffer.concat([FRAGMENTED, LENGTH_16, FRAGMENTED, CLOSE_1013]);
    const cuts = Array.from({ length: stream.length - 1 }, (_, i) => i + 1);
    assert.deepEqual(read(stream, ...cuts), read(stream));
  });

  it('gives the same for any frames in any pieces', () => {
    const frame = fc
      .tuple(fc.constantFrom(0x81, 0x82, 0x89), fc.integer({ min: 0, max: 125 }))
      .map(([first, length]) =>
        Buffer.concat([Buffer.from([first, length]), Buffer.alloc(length, 'q')]),
      );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(frame, fc.constant(FRAGMENTED), fc.constant(LENGTH_16)), {
          maxLength: 9,
        }),
        fc.array(fc.nat(), { maxLength: 9 }),
        (frames, wishes) => {
          const stream = Buffer.concat(frames);
          const cuts = wishes.map((wish) => wish % (stream.length + 1)).sort((a, b) => a - b);
          assert.deepEqual(read(stream, ...cuts), read(stream));
        },
      ),
    );
  });

  const broken: readonly [string, number[], string][] = [
    ['a reserved bit', [0xc1, 0], 'broken: a reserved bit is set in a frame'],
    ['a masked frame', [0x81, 0x81, 1, 2, 3, 4, 5], 'broken: the server masks its frames'],
    [
      'a fragmented ping',
      [0x09, 0],
      'broken: a control frame is fragmented or longer than 125 bytes',
    ],
    ['a continuation of nothing', [0x80, 0], 'broken: a continuation without a beginning'],
    ['a message in a message', [0x01, 0, 0x81, 0], 'broken: a message begins inside another one'],
    ['an unknown opcode', [0x83, 0], 'broken: unknown opcode 3'],
    [
      'a length that nobody has',
      [0x81, 127, 0, 1, 0, 0, 0, 0, 0, 0],
      'broken: a message above 268435456 bytes',
    ],
  ];
  for (const [name, bytes, expected] of broken) {
    it(`stops at ${name}`, () => {
      assert.deepEqual(read(Buffer.concat([Buffer.from(bytes), TEXT_AB])), [expected]);
    });
  }

  it('reads a close frame without a code as 1005', () => {
    assert.deepEqual(read(Buffer.from([0x88, 0])), ['close 1005']);
  });
});
