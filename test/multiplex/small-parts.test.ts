import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Batch } from '../../src/lane/batch.js';
import {
  handshakeRequestOf,
  keepTokens,
  requestOf,
  rewriteRequest,
} from '../../src/multiplex/client-request.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { RestartBackoff } from '../../src/multiplex/restart-backoff.js';
import { chooseClient, ServerRequests } from '../../src/multiplex/server-requests.js';
import { ServerTokens } from '../../src/multiplex/server-tokens.js';
import { splice } from '../../src/multiplex/splice.js';
import { MethodNames } from '../../src/session/method-names.js';
import { ACTION_TO_SERVER, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';
import { createIdStore } from '../../workers/id-store.js';
import { PortableKernel } from '../../workers/kernel/portable-kernel.js';
import { MultiplexWorld } from '../support/multiplex-world.js';

/** A batch of one frame from a client, scanned. */
function scanned(text: string): Batch {
  const batch = new Batch(4096, 1);
  const owner = { pump: () => undefined, received: () => undefined };
  batch.append(owner, op(ACTION_TO_SERVER, 0, ON_BAD_REPLY), 55, Buffer.from(text));
  batch.seal();
  new PortableKernel(createIdStore()).processBatch(batch.control, batch.bytes);
  return batch;
}

describe('the restarts of a server', () => {
  test('come after 0.1 s, twice as long each time, 10 s at most, as often as allowed', () => {
    const backoff = new RestartBackoff(10, () => 0);
    const delays = Array.from({ length: 11 }, () => backoff.nextDelayMs());
    assert.deepEqual(delays, [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, null]);
    backoff.reset();
    assert.equal(backoff.nextDelayMs(), 100);
    assert.equal(new RestartBackoff(0, () => 0).nextDelayMs(), null);
  });

  test('count from the beginning after 30 s of life', () => {
    let now = 0;
    const backoff = new RestartBackoff(10, () => now);
    for (let n = 0; n < 5; n++) backoff.nextDelayMs();
    backoff.started();
    now = 29_999;
    assert.equal(backoff.nextDelayMs(), 3200);
    backoff.started();
    now += 30_000;
    assert.equal(backoff.nextDelayMs(), 100);
  });
});

describe('a spliced message', () => {
  test('has its edits in place, in whatever order they are given', () => {
    const edits = [
      { start: 4, end: 6, bytes: Buffer.from('ZZZ') },
      { start: 0, end: 1, bytes: Buffer.from('') },
    ];
    assert.equal(splice(Buffer.from('abcdefg'), edits).toString(), 'bcdZZZg');
  });

  test('is a copy, and otherwise as it was', () => {
    const message = Buffer.from('{\r\n"a" :\n1}');
    const result = splice(message, []);
    message.fill(0);
    assert.equal(Buffer.from(result).toString(), '{\r\n"a" :\n1}');
  });
});

describe('names of methods', () => {
  const names = new MethodNames(['initialize', '$/cancelRequest', 'größer']);
  const found = (method: string): string | null => names.find(scanned(`{"method":${method}}`), 0);

  test('are found however they are spelled, and no others', () => {
    assert.equal(found('"initialize"'), 'initialize');
    assert.equal(found('"\\u0069nitialize"'), 'initialize');
    assert.equal(found('"$\\/cancelRequest"'), '$/cancelRequest');
    assert.equal(found('"größer"'), 'größer');
    for (const other of ['"tools/call"', '"Initialize"', '"initialized"', '"x\\u0020y"', '""']) {
      assert.equal(found(other), null, other);
    }
  });
});

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

describe('requests of a server', () => {
  const world = new MultiplexWorld();
  const sessions = [world.connect(), world.connect()].map((_, n) => [...world.server.sessions][n]!);
  const [first, second] = [sessions[0]!, sessions[1]!];
  const ask = (requests: ServerRequests, id: string, client = first): number =>
    requests.add({ originalId: Buffer.from(id), client });

  test('are settled once, by the client that was asked', () => {
    const requests = new ServerRequests();
    const [a, b] = [ask(requests, '"q"'), ask(requests, '"q"', second)];
    assert.notEqual(a, b);
    assert.equal(requests.settle(String(a), second), null);
    for (const strange of ['0', '"1"', 'null', '99', '-1', '1.5']) {
      assert.equal(requests.settle(strange, first), null, strange);
    }
    assert.equal(requests.settle(`${a}.0`, first)?.originalId.toString(), '"q"');
    assert.equal(requests.settle(String(a), first), null);
    assert.equal(requests.size, 1);
  });

  test('are found by their ids, however the server spells these', () => {
    const requests = new ServerRequests();
    const [a, b] = [ask(requests, '"é"'), ask(requests, '7')];
    assert.equal(requests.find(Buffer.from('"\\u00e9"'))?.givenId, a);
    assert.equal(requests.find(Buffer.from('7.0'))?.givenId, b);
    assert.equal(requests.find(Buffer.from('"7"')), null);
  });

  test('of a client that leaves are taken; others stay', () => {
    const requests = new ServerRequests();
    ask(requests, '1');
    ask(requests, '2', second);
    ask(requests, '3');
    assert.equal(requests.takeAllOf(first).length, 2);
    assert.deepEqual(requests.find(Buffer.from('2'))?.client, second);
    assert.equal(requests.find(Buffer.from('1')), null);
    requests.clear();
    assert.equal(requests.size, 0);
  });

  test('go to the only one with requests in flight, to the oldest, or to nobody', () => {
    const clients = [
      { name: 'a', inFlight: 0, cancelled: 0 },
      { name: 'b', inFlight: 2, cancelled: 1 },
      { name: 'c', inFlight: 0, cancelled: 0 },
    ];
    const cancelling = { name: 'd', inFlight: 1, cancelled: 1 };
    const chosen = (rule: 'owner' | 'oldest' | 'refuse', of = clients): string | undefined =>
      (chooseClient(rule, of as never) as unknown as { name: string } | null)?.name;
    assert.equal(chosen('owner'), 'b');
    assert.equal(chosen('oldest'), 'a');
    assert.equal(chosen('refuse'), undefined);
    assert.equal(chosen('owner', [...clients, { name: 'e', inFlight: 1, cancelled: 0 }]), 'a');
    assert.equal(chosen('owner', [...clients, cancelling]), 'b');
    assert.equal(chosen('owner', [clients[0]!, cancelling]), 'd');
    assert.equal(chosen('owner', [clients[2]!]), 'c');
    assert.equal(chosen('owner', []), undefined);
  });

  test('tokens that a server makes have an owner until their end', () => {
    const tokens = new ServerTokens<string>();
    tokens.add('é', 'first');
    tokens.add(1, 'second');
    assert.deepEqual(
      [tokens.ownerOf('é'), tokens.ownerOf(1), tokens.ownerOf('1')],
      ['first', 'second', null],
    );
    tokens.delete('é');
    tokens.deleteAllOf('second');
    assert.equal(tokens.size, 0);
  });
});
