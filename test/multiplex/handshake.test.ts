import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ClientRequest } from '../../src/multiplex/client-request.js';
import { Handshake, type KeptReply } from '../../src/multiplex/handshake.js';
import { HandshakeReplay } from '../../src/multiplex/handshake-replay.js';
import { OwnedRequests } from '../../src/multiplex/request-owner.js';
import { RequestTable } from '../../src/multiplex/request-table.js';
import { createIdStore } from '../../workers/id-store.js';

function request(text: string): ClientRequest {
  const start = text.indexOf('"id":') + '"id":'.length;
  return {
    bytes: Buffer.from(text),
    id: { start, end: start + 1 },
    tokenA: null,
    tokenB: null,
  };
}

const INITIALIZE = request(
  '{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"1"}}',
);
const REPLY: KeptReply = { bytes: Buffer.from('{"id":1,"result":2}'), id: { start: 6, end: 7 } };
const INITIALIZED = Buffer.from('{"method":"initialized"}');

describe('a handshake', () => {
  test('is sent by the first, waited for by others, and known from then on', () => {
    const handshake = new Handshake(null);
    assert.equal(handshake.request('initialize'), 'first');
    assert.equal(handshake.happened, false);
    handshake.sent('initialize', INITIALIZE);
    assert.equal(handshake.request('initialize'), 'wait');
    assert.equal(handshake.request('other'), 'first');
    handshake.answered('initialize', REPLY);
    assert.equal(handshake.request('initialize'), REPLY);
    assert.equal(handshake.happened, true);
  });

  test('that has failed is tried again, with everything that belongs to it', () => {
    const handshake = new Handshake(null);
    handshake.sent('initialize', INITIALIZE);
    assert.equal(handshake.profile, 'mcp');
    assert.equal(handshake.initialized(INITIALIZED), true);
    handshake.failed('initialize');
    assert.equal(handshake.request('initialize'), 'first');
    assert.equal(handshake.profile, 'plain');
    assert.equal(handshake.initialized(INITIALIZED), true);
  });

  test('that has succeeded does not fail any more', () => {
    const handshake = new Handshake(null);
    handshake.sent('initialize', INITIALIZE);
    handshake.answered('initialize', REPLY);
    handshake.failed('initialize');
    assert.equal(handshake.request('initialize'), REPLY);
  });

  test('lets one initialized through', () => {
    const handshake = new Handshake('lsp');
    assert.deepEqual(
      [handshake.initialized(INITIALIZED), handshake.initialized(INITIALIZED)],
      [true, false],
    );
    assert.equal(handshake.profile, 'lsp');
    assert.deepEqual(handshake.replay(), { requests: [], initialized: null });
  });

  test('is replayed without what has not been answered', () => {
    const handshake = new Handshake(null);
    handshake.sent('initialize', INITIALIZE);
    handshake.initialized(INITIALIZED);
    assert.deepEqual(handshake.replay().requests, []);
    handshake.answered('initialize', REPLY);
    handshake.sent('more', request('{"id":1,"method":"more"}'));
    const { requests, initialized } = handshake.replay();
    assert.deepEqual(requests, [{ method: 'initialize', request: INITIALIZE }]);
    assert.equal(Buffer.from(initialized!).toString(), INITIALIZED.toString());
  });
});

describe('the replay of a handshake', () => {
  const steps = ['{"id":1,"method":"a"}', '{"id":2,"method":"b","params":{"workDoneToken":"t"}}'];

  function replay(): { told: string[]; replay: HandshakeReplay; table: RequestTable } {
    const told: string[] = [];
    const table = new RequestTable(createIdStore());
    const tokens = { start: steps[1]!.indexOf('"t"'), end: steps[1]!.indexOf('"t"') + 3 };
    const server = {
      table,
      own: { server: {}, requests: new OwnedRequests() },
      send: (message: Uint8Array) => told.push(Buffer.from(message).toString()),
      restart: () => told.push('restart'),
    };
    const requests = [
      { method: 'a', request: request(steps[0]!) },
      { method: 'b', request: { ...request(steps[1]!), tokenA: tokens } },
    ];
    return { told, table, replay: new HandshakeReplay(server, requests, () => told.push('done')) };
  }

  test('sends one request after the other, with ids and tokens of its own', () => {
    const { told, replay: running } = replay();
    running.start();
    assert.deepEqual(told, ['{"id":1,"method":"a"}']);
    running.answered('b', true);
    assert.equal(told.length, 1, 'that was not its turn');
    running.answered('a', true);
    running.answered('b', true);
    assert.deepEqual(told.slice(1), [
      '{"id":2,"method":"b","params":{"workDoneToken":"sluice-2"}}',
      'done',
    ]);
  });

  test('that is refused, or not answered in time, starts the server again', (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const refused = replay();
    refused.replay.start();
    refused.replay.answered('a', false);
    assert.equal(refused.told.at(-1), 'restart');
    refused.replay.end();
    const late = replay();
    late.replay.start();
    t.mock.timers.tick(30_000);
    assert.deepEqual(late.told.slice(1), ['restart']);
  });
});
