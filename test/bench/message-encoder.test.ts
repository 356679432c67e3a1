import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { ContentLengthReader } from '../../src/bench/framing/content-length-reader.js';
import { LineReader } from '../../src/bench/framing/line-reader.js';
import { generateParams } from '../../src/bench/payload/generated-params.js';
import { MessageEncoder } from '../../src/bench/payload/message-encoder.js';
import type { Framing } from '../../src/bench/payload/message-spec.js';
import { requestTemplate } from '../../src/bench/payload/message-template.js';

function encode(framing: Framing, params: unknown, values: readonly number[]): Buffer {
  const encoder = new MessageEncoder(framing, requestTemplate('2.0', 'm', params, false));
  const out = Buffer.alloc(encoder.maxBytes);
  return out.subarray(0, encoder.write(out, 0, Float64Array.from(values)));
}

/** What a server makes of a masked frame, by the letter of RFC 6455 section 5.3. */
function unmask(frame: Buffer): string {
  const short = frame[1]! & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  const payload = Buffer.from(frame.subarray(header + 4));
  for (let i = 0; i < payload.length; i++) payload[i]! ^= frame[header + (i & 3)]!;
  const length =
    short < 126 ? short : short === 126 ? frame.readUInt16BE(2) : frame.readUInt32BE(6);
  assert.equal(frame[0], 0x81);
  assert.equal(frame[1]! & 0x80, 0x80, 'masked');
  assert.equal(payload.length, length);
  return payload.toString();
}

describe('the message encoder', () => {
  it('fills the holes: numbers where a placeholder stands alone, text inside text', () => {
    const params = {
      whole: '{{sequence}}',
      text: 'c{{connection}}-{{random}}',
      kept: '{{connection:string}}',
      id: '{{id}}',
    };
    const text = encode('ndjson', params, [17, 3, 250, 99]).toString();
    assert.equal(
      text,
      '{"jsonrpc":"2.0","id":17,"method":"m","params":{"whole":250,"text":"c3-99","kept":"3","id":"\\u007b{id}}"}}\n',
    );
  });

  it('leaves names alone: a member stays a string, a method is what was asked for', () => {
    const text = encode('ndjson', { '{{sequence}}': '{{sequence}}' }, [1, 0, 250, 0]).toString();
    assert.deepEqual(JSON.parse(text), {
      ...{ jsonrpc: '2.0', id: 1, method: 'm' },
      params: { 250: 250 },
    });
    const named = new MessageEncoder('ndjson', requestTemplate('lite', '{{id}}', undefined, false));
    const out = Buffer.alloc(named.maxBytes);
    const end = named.write(out, 0, Float64Array.from([7, 0, 0, 0]));
    assert.deepEqual(JSON.parse(out.toString('utf8', 0, end)), { id: 7, method: '{{id}}' });
  });

  it('masks so that a server reads the message, whatever the digits of the holes', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: Number.MAX_SAFE_INTEGER }),
        fc.nat(),
        fc.integer({ min: 0, max: 70_000 }),
        (id, sequence, size) => {
          const params = { s: '{{sequence}}', pad: 'p'.repeat(size), t: 'x{{connection}}y' };
          const text = unmask(encode('websocket', params, [id, 8, sequence, 0]));
          const expected = { s: sequence, pad: params.pad, t: 'x8y' };
          assert.deepEqual(JSON.parse(text), { jsonrpc: '2.0', id, method: 'm', params: expected });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('gives the base protocol its length', () => {
    const text = encode('content-length', undefined, [5, 0, 0, 0]).toString();
    assert.equal(text, 'Content-Length: 37\r\n\r\n{"jsonrpc":"2.0","id":5,"method":"m"}');
  });
});

describe('generated params', () => {
  it('make a request of just the size that was asked for, the same each time', () => {
    for (const size of [100, 257, 1_200, 12_000, 122_000]) {
      const params = generateParams(size, '2.0', 'echo', 1);
      const template = requestTemplate('2.0', 'echo', params, false);
      const encoder = new MessageEncoder('ndjson', template);
      const out = Buffer.alloc(encoder.maxBytes);
      const end = encoder.write(out, 0, Float64Array.from([123_456, 0, 0, 0]));
      assert.equal(end - 1, size);
      assert.deepEqual(generateParams(size, '2.0', 'echo', 1), params);
      assert.notDeepEqual(generateParams(size, '2.0', 'echo', 2), params);
    }
  });
});

describe('the stdio readers', () => {
  const bodies = ['{"a":1}', '{"b":"é"}', '{"c":""}'];
  const streams = {
    ndjson: Buffer.from(`${bodies[0]}\n\r\n\n${bodies[1]}\r\n${bodies[2]}\n`),
    'content-length': Buffer.concat(
      bodies.map((body) =>
        Buffer.from(
          `Content-Type: x\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}\n`,
        ),
      ),
    ),
  };
  for (const [framing, stream] of Object.entries(streams)) {
    it(`find the messages of ${framing} wherever the stream is cut`, () => {
      for (let cut = 0; cut <= stream.length; cut++) {
        for (const second of [cut, stream.length - 1]) {
          const heard: string[] = [];
          const sink = {
            onMessage: (bytes: Buffer, start: number, end: number) =>
              heard.push(bytes.toString('utf8', start, end)),
            onBroken: (reason: string) => heard.push(reason),
          };
          const reader =
            framing === 'ndjson' ? new LineReader(sink) : new ContentLengthReader(sink);
          const [first, last] = [Math.min(cut, second), Math.max(cut, second)];
          for (const [start, end] of [
            [0, first],
            [first, last],
            [last, stream.length],
          ] as const) {
            reader.push(Buffer.from(stream.subarray(start, end)), 0, end - start);
          }
          assert.deepEqual(heard, bodies, `cuts at ${first} and ${last}`);
        }
      }
    });
  }

  for (const [text, reason] of [
    ['Server started\r\n\r\n{}', 'a line that is no header: "Server started"'],
    ['hello\nContent-Length: 2\r\n\r\n{}', 'a line that is no header: "hello\\nContent-Length: 2"'],
    ['Content-Type: x\r\n\r\n{}', 'a header without Content-Length'],
    [
      'Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      'a message with two Content-Length headers',
    ],
    ['Content-Length: two\r\n\r\n{}', 'a Content-Length that is no number: "two"'],
  ] as const) {
    it(`say so where the stream is not the base protocol: ${reason}`, () => {
      const heard: string[] = [];
      const reader = new ContentLengthReader({
        onMessage: () => heard.push('message'),
        onBroken: (why) => heard.push(why),
      });
      const stream = Buffer.from(text);
      reader.push(stream, 0, stream.length);
      assert.deepEqual(heard, [reason]);
    });
  }
});
