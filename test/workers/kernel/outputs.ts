import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACTION_ECHO,
  ACTION_PASS,
  ACTION_REFUSE,
  ACTION_SCAN,
  BAD_JSON,
  BAD_MESSAGE,
  FRAMING_CONTENT_LENGTH,
  FRAMING_NDJSON,
  FRAMING_NONE,
  MAX_REASON_BYTES,
  ON_BAD_REASON,
  ON_BAD_REPLY,
  OUTPUT_RESERVE_BYTES,
} from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { RECEIVE_BUFFER_FULL, WORKER_FAILED } from '../../../workers/kernel/replies.js';
import { FrameBatch, runFrame } from './frame-batch.js';

const REQUEST = '{"id":1.0,"method":"m","params":{"a": 1e2}}';
const NOTIFICATION = '{"method":"n","params":[]}';
const RESPONSE = '{"id":1,"result":{}}';
const ERROR = '{"id":1,"error":{"code":1,"message":"e"}}';
const GOOD = [REQUEST, NOTIFICATION, RESPONSE, ERROR];

/** What goes out for a frame: actions, framings, replies to bad frames. */
export function outputs(kernel: Kernel): void {
  const outOf = (bytes: string, action: number, framing = FRAMING_NONE) =>
    runFrame(kernel, { bytes, action, framing }).out;

  describe('ACTION_PASS', () => {
    it('sends the bytes as they are without a framing', () => {
      for (const frame of GOOD) assert.equal(outOf(frame, ACTION_PASS), frame);
      assert.equal(outOf(`\n ${RESPONSE}\r\n`, ACTION_PASS), `\n ${RESPONSE}\r\n`);
    });

    it('adds one line feed for ndjson', () => {
      for (const frame of GOOD)
        assert.equal(outOf(frame, ACTION_PASS, FRAMING_NDJSON), `${frame}\n`);
    });

    it('turns raw line breaks between tokens into spaces for ndjson, and nothing else', () => {
      assert.equal(
        outOf(
          '\r\n{\n"method"\r:\t"\\n\\r"\n,"params":\n[\n1\r\n]\n}\n',
          ACTION_PASS,
          FRAMING_NDJSON,
        ),
        '  { "method" :\t"\\n\\r" ,"params": [ 1  ] } \n',
      );
    });

    it('flattens a frame of many lines', () => {
      const frame = JSON.stringify({ method: 'm', params: Array(300).fill({ k: 'v' }) }, null, 2);
      const out = outOf(frame, ACTION_PASS, FRAMING_NDJSON);
      assert.equal(out, `${frame.replaceAll('\n', ' ')}\n`);
    });

    it('puts a Content-Length header with the length in bytes before the frame', () => {
      for (const digits of [2, 3, 4, 5, 6]) {
        const frame = `{"method":"é"${' '.repeat(10 ** digits - 14)}}`;
        const bytes = Buffer.from(frame);
        assert.equal(
          outOf(frame, ACTION_PASS, FRAMING_CONTENT_LENGTH),
          `Content-Length: ${bytes.length}\r\n\r\n${bytes.toString('latin1')}`,
        );
      }
    });
  });

  describe('ACTION_ECHO', () => {
    it('answers a request with its params, id and bytes as they were sent', () => {
      assert.equal(outOf(REQUEST, ACTION_ECHO), '{"jsonrpc":"2.0","id":1.0,"result":{"a": 1e2}}');
    });

    it('answers null where a request has no params', () => {
      const out = outOf('{"id":"\\u0061","method":"m"}', ACTION_ECHO);
      assert.equal(out, '{"jsonrpc":"2.0","id":"\\u0061","result":null}');
    });

    it('frames its answers as asked', () => {
      const frame = '{"id":7,"method":"m","params":[1,\n2]}';
      const line = '{"jsonrpc":"2.0","id":7,"result":[1, 2]}\n';
      assert.equal(outOf(frame, ACTION_ECHO, FRAMING_NDJSON), line);
      const body = '{"jsonrpc":"2.0","id":7,"result":[1,\n2]}';
      const framed = `Content-Length: ${body.length}\r\n\r\n${body}`;
      assert.equal(outOf(frame, ACTION_ECHO, FRAMING_CONTENT_LENGTH), framed);
    });

    it('answers nothing else', () => {
      for (const frame of [NOTIFICATION, RESPONSE, ERROR])
        assert.equal(outOf(frame, ACTION_ECHO), '');
    });
  });

  describe('ACTION_SCAN', () => {
    it('sends nothing', () => {
      for (const frame of GOOD) assert.equal(outOf(frame, ACTION_SCAN, FRAMING_NDJSON), '');
    });
  });

  describe('ACTION_REFUSE', () => {
    it('answers a request with the refusal that ARG names', () => {
      for (const [arg, error] of [
        [
          RECEIVE_BUFFER_FULL,
          '{"code":-32001,"message":"Server overloaded; retry later.","data":{"reason":"receive_buffer_full","retryable":true}}',
        ],
        [
          WORKER_FAILED,
          '{"code":-32603,"message":"The gateway could not process this message.","data":{"reason":"worker_failed","retryable":false}}',
        ],
      ] as const) {
        const { out } = runFrame(kernel, { bytes: REQUEST, action: ACTION_REFUSE, arg });
        assert.equal(out, `{"jsonrpc":"2.0","id":1.0,"error":${error}}`);
      }
    });

    it('answers nothing else', () => {
      for (const frame of [NOTIFICATION, RESPONSE, ERROR]) {
        assert.equal(outOf(frame, ACTION_REFUSE), '');
      }
    });
  });

  describe('bad frames', () => {
    const reply = (bytes: string, action = ACTION_PASS) =>
      runFrame(kernel, { bytes, action, framing: FRAMING_NDJSON, onBad: ON_BAD_REPLY }).out;

    it('give their reason as text, whatever the action', () => {
      for (const action of [ACTION_PASS, ACTION_ECHO, ACTION_REFUSE, ACTION_SCAN]) {
        const outcome = runFrame(kernel, { bytes: '{}x', action, onBad: ON_BAD_REASON });
        assert.equal(outcome.verdict, BAD_JSON);
        assert.equal(outcome.out, "unexpected 'x', expected the end at byte 2");
      }
    });

    it('are answered with -32700 and a null id where they are not JSON', () => {
      assert.equal(
        reply('{"id":1,"method":}'),
        '{"jsonrpc":"2.0","id":null,"error":{"code":-32700,"message":"Parse error","data":{"reason":"invalid_json","detail":"unexpected \'}\', expected a value at byte 17"}}}',
      );
    });

    it('that are answers with a fault in the result have their ids, and are answered with null', () => {
      for (const [bytes, id] of [
        ['{"id":7,"result":{"a":NaN}}', '7'],
        ['{"error":1,"id":"a" "x"}', '"a"'],
        ['{"id":7,"result":1} and more', '7'],
        ['{"id":7,"id":7,"error":NaN}', '7'],
        ['{"id":7,"result":1,"x":NaN}', '7'],
        ['{"id":7,"x":NaN}', undefined],
        ['{"id":7,"method":"m","result":NaN}', undefined],
        ['{"id":7,"result":1,"method":NaN}', undefined],
        ['{"id":7,"id":8,"result":NaN}', undefined],
        ['{"id":null,"error":NaN}', undefined],
        // Cut off, by itself or by a byte that stands for what is missing.
        ['{"id":7,"result":{"a":"b', undefined],
        ['{"id":7,"result":{"a":1\0', undefined],
        ['{"result":NaN,"id":7}', undefined],
      ] as const) {
        const outcome = runFrame(kernel, { bytes, action: ACTION_PASS, onBad: ON_BAD_REPLY });
        assert.equal(outcome.verdict, BAD_JSON, bytes);
        assert.match(outcome.out, /^\{"jsonrpc":"2\.0","id":null,"error":\{"code":-32700,/);
        const { id: span, ...others } = outcome.spans;
        assert.equal(span === undefined ? span : bytes.slice(...span), id, bytes);
        assert.deepEqual(others, {});
      }
      const notUtf8 = Buffer.from('{"id":"\x80","result":1}', 'latin1');
      assert.deepEqual(runFrame(kernel, { bytes: notUtf8, action: ACTION_PASS }).spans, {});
    });

    it('are answered with -32600 and their id where they are not a message', () => {
      assert.equal(
        reply('{"id":"\\u0041","method":5}', ACTION_SCAN),
        '{"jsonrpc":"2.0","id":"\\u0041","error":{"code":-32600,"message":"Invalid Request","data":{"reason":"invalid_message","detail":"\\"method\\" is not a string"}}}',
      );
    });

    it('are answered with a null id where the id is repeated or of the wrong type', () => {
      for (const frame of [
        '{"id":1,"id":1.0,"method":"m"}',
        '{"id":{"a":1},"method":"m"}',
        '{"id":{},"method":"m","method":"m"}',
        '{"method":"m","method":"m","id":1,"id":2}',
        '{"id":null,"method":"m"}',
        '[1]',
      ]) {
        assert.match(reply(frame), /^\{"jsonrpc":"2\.0","id":null,"error":\{"code":-32600,/);
      }
    });

    it('have a reason within its bound, which counts in the reserve', () => {
      const longest = reply(`{"id":"${'x'.repeat(3000)}","error":{}}`);
      assert.ok(longest.length < 3000 + OUTPUT_RESERVE_BYTES);
      const reason = runFrame(kernel, { bytes: '{"id":1,"error":{}}', action: ACTION_SCAN }).out;
      assert.ok(reason.length <= MAX_REASON_BYTES);
    });
  });

  describe('a batch', () => {
    it('keeps good and bad frames of all actions apart', () => {
      const cases = [
        { bytes: REQUEST, action: ACTION_ECHO },
        { bytes: '{"method":"n"', action: ACTION_PASS, onBad: ON_BAD_REPLY },
        { bytes: NOTIFICATION, action: ACTION_PASS, framing: FRAMING_NDJSON },
        { bytes: REQUEST, action: ACTION_REFUSE, arg: WORKER_FAILED },
        { bytes: '{"\\u0069d":1,"result":"\\ud800"}', action: ACTION_PASS },
        { bytes: RESPONSE, action: ACTION_SCAN },
        { bytes: '[]', action: ACTION_PASS },
        { bytes: ERROR, action: ACTION_PASS, framing: FRAMING_CONTENT_LENGTH },
      ];
      const together = new FrameBatch(cases).run(kernel);
      const alone = cases.map((frame) => runFrame(kernel, frame));
      assert.deepEqual(together, alone);
      assert.deepEqual(
        together.map(({ verdict }) => verdict),
        [1, BAD_JSON, 2, 1, 3, 3, BAD_MESSAGE, 4],
      );
    });

    it('may be empty', () => {
      assert.deepEqual(new FrameBatch([]).run(kernel), []);
    });

    it('may be run again as it is', () => {
      const batch = new FrameBatch(GOOD.map((bytes) => ({ bytes, action: ACTION_ECHO })));
      assert.deepEqual(batch.run(kernel), batch.run(kernel));
    });
  });
}
