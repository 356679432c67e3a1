import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  handshakeRequestOf,
  keepTokens,
  requestOf,
  rewriteRequest,
} from '../../src/multiplex/client-request.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { createIdStore } from '../../workers/id-store.js';

import { scanned } from '../support/scanned.js';

describe("a client's request", () => {
  const text =
    '{"id" : "x","method":"m","params":{"partialResultToken":-1,"_meta":{"progressToken":"t"}}}';

  test('goes on with our id and tokens, and its own are kept', () => {
    const request = requestOf(scanned(text), 0);
    assert.equal(
      Buffer.from(rewriteRequest(request, 55)).toString(),
      '{"id" : 55,"method":"m","params":{"partialResultToken":"sluice-55-partial","_meta":{"progressToken":"sluice-55"}}}',
    );
    const table = new RequestTable(createIdStore());
    const id = table.give();
    keepTokens(table, id, request);
    const { tokenA, tokenB } = table.extraOf(id)!;
    assert.deepEqual(
      [Buffer.from(tokenA!).toString(), Buffer.from(tokenB!).toString()],
      ['"t"', '-1'],
    );
  });

  test("of a handshake does not tell the server the client's process", () => {
    const initialize = (processId: string): string =>
      `{"id":7,"method":"initialize","params":{"a":[{"processId":5}],${processId},"b":"processId"}}`;
    const told = (text: string): string =>
      Buffer.from(rewriteRequest(handshakeRequestOf(scanned(text), 0), 7)).toString();
    assert.equal(told(initialize('"processId" : 4711')), initialize('"processId" : null'));
    assert.equal(
      told(initialize('"processId":1,"process\\u0049d":2')),
      initialize('"processId":null,"process\\u0049d":null'),
    );
    for (const params of ['', ',"params":null', ',"params":[4711]', ',"params":{}']) {
      const same = `{"id":7,"method":"initialize"${params}}`;
      assert.equal(told(same), same);
    }
  });

  test('keeps what is in the place of a token and is none', () => {
    for (const value of ['null', '{"a":1}', '[1]', 'true']) {
      const same = `{"id":1,"method":"m","params":{"workDoneToken":${value}}}`;
      const rewritten = rewriteRequest(requestOf(scanned(same), 0), 1);
      assert.equal(Buffer.from(rewritten).toString(), same);
    }
  });
});
