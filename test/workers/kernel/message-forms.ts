import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ACTION_SCAN,
  BAD_MESSAGE,
  KIND_ERROR,
  KIND_NOTIFICATION,
  KIND_REQUEST,
  KIND_RESPONSE,
} from '../../../workers/batch-layout.js';
import type { Kernel } from '../../../workers/kernel/kernel.js';
import { runFrame, spanTexts } from './frame-batch.js';

/** What is a JSON-RPC message and what is not, for both kernels. */
export function messageForms(kernel: Kernel): void {
  const scan = (text: string) => runFrame(kernel, { bytes: text, action: ACTION_SCAN });
  const isMessage = (text: string, kind: number, spans: Record<string, string>) => {
    const outcome = scan(text);
    assert.equal(outcome.verdict, kind, text);
    assert.deepEqual(spanTexts(text, outcome), spans, text);
  };
  const isBad = (text: string, reason: string) => {
    const outcome = scan(text);
    assert.equal(outcome.verdict, BAD_MESSAGE, text);
    assert.equal(outcome.out, reason, text);
  };
  const BAD_ID = '"id" is not a string or a number';
  const BAD_ERROR = '"error" is not an object with an integer "code" and a string "message"';
  const NO_FORM = 'neither "method", nor "id" with "result" or "error"';

  describe('message forms', () => {
    it('takes an id and a method for a request', () => {
      isMessage('{"jsonrpc":"2.0","id":1,"method":"a/b","params":{"x":[1]}}', KIND_REQUEST, {
        id: '1',
        method: '"a/b"',
        params: '{"x":[1]}',
      });
    });

    it('takes a method without an id for a notification', () => {
      isMessage('{"method":"n"}', KIND_NOTIFICATION, { method: '"n"' });
    });

    it('takes an id and a result for a response', () => {
      isMessage('{"id":"a","result":null}', KIND_RESPONSE, { id: '"a"', result: 'null' });
    });

    it('takes an id and an error object for an error', () => {
      const error = '{"code":-32000,"message":"m","data":[{}]}';
      isMessage(`{"id":7,"error":${error}}`, KIND_ERROR, { id: '7', error });
    });

    it('does not ask for "jsonrpc" and does not care about its value', () => {
      isMessage('{"jsonrpc":1,"method":"n"}', KIND_NOTIFICATION, { method: '"n"' });
    });

    it('ignores members it does not know, whatever their names look like', () => {
      isMessage(
        '{"trace":{"id":2},"Id":3,"ID":4,"ids":5,"i":6,"params2":7,"__proto__":8,"id":1,"method":"m"}',
        KIND_REQUEST,
        { id: '1', method: '"m"' },
      );
    });

    it('finds members between whitespace of all kinds', () => {
      isMessage(' \t\r\n{ "id" :\n1 ,\t"method"\r: "m" , "params" : [ 1 , 2 ] } \n', KIND_REQUEST, {
        id: '1',
        method: '"m"',
        params: '[ 1 , 2 ]',
      });
    });

    it('tries the forms in order: a request comes before a response', () => {
      isMessage('{"id":1,"result":2,"method":"m"}', KIND_REQUEST, {
        id: '1',
        method: '"m"',
        result: '2',
      });
    });

    it('tries the forms in order: a response comes before an error', () => {
      isMessage('{"id":1,"error":5,"result":2}', KIND_RESPONSE, {
        id: '1',
        error: '5',
        result: '2',
      });
    });

    it('goes on to the next form where "method" is not a string', () => {
      isMessage('{"id":1,"method":5,"result":2}', KIND_RESPONSE, {
        id: '1',
        method: '5',
        result: '2',
      });
    });

    it('compares member names after unescaping', () => {
      isMessage('{"\\u0069d":1,"m\\u0065thod":"m","\\u0070arams":0}', KIND_REQUEST, {
        id: '1',
        method: '"m"',
        params: '0',
      });
    });

    it('does not take a name that only unescapes to a longer one', () => {
      isMessage('{"id\\u0000":1,"\\"id":2,"method":"m"}', KIND_NOTIFICATION, { method: '"m"' });
    });
  });

  describe('ids', () => {
    it('may be strings and numbers of every spelling, which stay as they were', () => {
      for (const id of ['""', '"\\ud800"', '"é"', '0', '-0', '1.50', '1E400', '9'.repeat(40)]) {
        isMessage(`{"id":${id},"method":"m"}`, KIND_REQUEST, { id, method: '"m"' });
      }
    });

    it('may not be null on a request', () => {
      isBad('{"id":null,"method":"m"}', BAD_ID);
    });

    it('may not be null on a response', () => {
      isBad('{"id":null,"result":1}', BAD_ID);
    });

    it('may be null on an error', () => {
      const error = '{"code":1,"message":""}';
      isMessage(`{"id":null,"error":${error}}`, KIND_ERROR, { id: 'null', error });
    });

    it('may not be of any other type', () => {
      for (const id of ['true', 'false', '{}', '[]', '[1]']) {
        isBad(`{"id":${id},"method":"m"}`, BAD_ID);
        isBad(`{"id":${id},"result":1}`, BAD_ID);
        isBad(`{"id":${id},"error":{"code":1,"message":""}}`, BAD_ID);
      }
    });
  });

  describe('repeated members', () => {
    it('make a frame bad, whichever envelope member it is', () => {
      for (const name of ['id', 'method', 'params', 'result', 'error']) {
        isBad(`{"id":1,"method":"m","${name}":1,"${name}":1}`, `"${name}" is repeated`);
      }
    });

    it('are found behind an escape', () => {
      isBad('{"id":1,"method":"m","\\u0069d":2}', '"id" is repeated');
      isBad('{"meth\\u006fd":"n","id":1,"method":"m"}', '"method" is repeated');
    });

    it('leave no id behind where it is the id that is repeated, but with the same bytes', () => {
      assert.deepEqual(scan('{"id":1,"id":1,"result":2}').spans.id, [6, 7]);
      assert.deepEqual(scan('{"id":1,"id":2,"method":"m"}').spans.id, undefined);
      assert.deepEqual(
        scan('{"method":"a","method":"b","id":1,"id":2}').spans.id,
        undefined,
        'also behind another repeated member',
      );
    });

    it('keep the id where another member is repeated', () => {
      assert.deepEqual(scan('{"id":1,"method":"a","method":"b"}').spans.id, [6, 7]);
    });

    it('are no matter inside params and among unknown members', () => {
      isMessage('{"method":"m","params":{"id":1,"id":2},"x":1,"x":2}', KIND_NOTIFICATION, {
        method: '"m"',
        params: '{"id":1,"id":2}',
      });
    });
  });

  describe('error objects', () => {
    it('may have code and message in any order and spelled with escapes', () => {
      for (const error of [
        '{"message":"m","code":1}',
        '{"message":"m","code":-32001.0}',
        '{"message":"m","code":1e2}',
        '{"c\\u006fde":-1,"\\u006dessage":"\\u0000"}',
        ' { "data":{"code":"x","message":1},"code" : 0 , "message" : "" }'.trim(),
      ]) {
        isMessage(`{"id":1,"error":${error}}`, KIND_ERROR, { id: '1', error });
      }
    });

    it('are refused without an integer code and a string message, each once', () => {
      for (const error of [
        'null',
        '1',
        '"code"',
        '[]',
        '{}',
        '{"code":1}',
        '{"message":"m"}',
        '{"code":"1","message":"m"}',
        '{"code":1.5,"message":"m"}',
        '{"code":-1e-2,"message":"m"}',
        '{"code":1,"message":null}',
        '{"code":1,"code":1,"message":"m"}',
        '{"code":1,"message":"m","messag\\u0065":"m"}',
        '{"Code":1,"message":"m"}',
        '{"error":{"code":1,"message":"m"}}',
      ]) {
        isBad(`{"id":1,"error":${error}}`, BAD_ERROR);
      }
    });
  });

  describe('other JSON', () => {
    it('is not a message where it is not an object', () => {
      for (const text of ['[]', '[{"id":1,"method":"m"}]', '1', '"x"', 'null', 'true']) {
        isBad(text, 'not an object');
      }
    });

    it('is not a message without a form', () => {
      isBad('{}', NO_FORM);
      isBad('{"id":1}', NO_FORM);
      isBad('{"result":1}', NO_FORM);
      isBad('{"error":{"code":1,"message":""}}', NO_FORM);
      isBad('{"method":null}', '"method" is not a string');
      isBad('{"id":1,"method":["m"]}', '"method" is not a string');
    });
  });
}
