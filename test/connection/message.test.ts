import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { JsonRpcConnection, type JsonRpcMessage } from '../../src/index.js';
import { nextEvent } from '../support/connection-events.js';

async function received(line: string): Promise<JsonRpcMessage> {
  const readable = new PassThrough();
  const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer').intoParts();
  readable.end(line);
  const event = await nextEvent(parts);
  assert.equal(event.type, 'message');
  return event.message;
}

async function reasonFor(line: string): Promise<string> {
  const readable = new PassThrough();
  const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer').intoParts();
  readable.end(line);
  const event = await nextEvent(parts);
  assert.equal(event.type, 'disconnected');
  return event.reason!.replace('failed to parse JSON-RPC message from peer: ', '');
}

describe('a received message', () => {
  test('is a request with an id and a method', async () => {
    const line = '{"trace":{"a":1},"params":[1,"ä"],"method":"m","id":"x\\u0041"}';
    const message = await received(line);
    assert.equal(message.kind, 'request');
    assert.equal(message.id, 'xA');
    assert.equal(message.method, 'm');
    assert.deepEqual(message.params, [1, 'ä']);
    assert.equal(message.result, undefined);
    assert.equal(message.error, undefined);
    assert.equal(Buffer.from(message.bytes).toString(), line);
    assert.deepEqual(message.toObject(), JSON.parse(line));
  });

  test('is a notification with a method alone, jsonrpc or not', async () => {
    const message = await received('{"jsonrpc":"2.0","method":"n"}');
    assert.equal(message.kind, 'notification');
    assert.equal(message.id, undefined);
    assert.equal(message.params, undefined);
    assert.deepEqual(message.toObject(), { jsonrpc: '2.0', method: 'n' });
  });

  test('is a response with an id and a result, which may be null', async () => {
    const message = await received('{"id":7,"result":null}');
    assert.equal(message.kind, 'response');
    assert.equal(message.id, 7);
    assert.equal(message.result, null);
  });

  test('is an error with an id and an error object', async () => {
    const message = await received('{"id":7,"error":{"code":-1,"message":"no","data":[]}}');
    assert.equal(message.kind, 'error');
    assert.deepEqual(message.error, { code: -1, message: 'no', data: [] });
  });

  test('parses a member once', async () => {
    const message = await received('{"method":"m","params":{}}');
    assert.equal(message.params, message.params);
  });

  test('has its member names unescaped', async () => {
    const message = await received('{"\\u0069d":1,"method":"m"}');
    assert.equal(message.kind, 'request');
    assert.equal(message.id, 1);
  });

  test('keeps a number that JavaScript cannot hold in its bytes', async () => {
    const message = await received('{"id":12345678901234567890,"method":"m"}');
    assert.equal(Buffer.from(message.bytes).toString(), '{"id":12345678901234567890,"method":"m"}');
  });
});

const bad: readonly [string, RegExp][] = [
  ['{"id":null,"method":"m"}', /"id" is not a string or a number/],
  ['{"id":true,"method":"m"}', /"id" is not a string or a number/],
  ['{"id":1,"id":1,"method":"m"}', /"id" is repeated/],
  ['{"id":1,"\\u0069d":2,"method":"m"}', /"id" is repeated/],
  ['{"id":1,"method":"a","method":"b"}', /"method" is repeated/],
  [
    '{"id":1,"error":{"code":1.5,"message":"x"}}',
    /"error" is not an object with an integer "code"/,
  ],
  ['{"id":1,"error":{"code":1}}', /"error" is not an object with/],
  ['{"id":1,"error":"x"}', /"error" is not an object with/],
  ['{"method":1}', /"method" is not a string/],
  ['{"id":1}', /neither "method", nor "id" with "result" or "error"/],
  ['[{"method":"m"}]', /not an object/],
  ['"text"', /not an object/],
  ['{"method":"m"} x', /at byte 15/],
];
describe('no message', () => {
  for (const [line, reason] of bad) {
    test(`is ${line}`, async () => {
      assert.match(await reasonFor(line), reason);
    });
  }
});
