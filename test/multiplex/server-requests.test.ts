import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { chooseClient, ServerRequests } from '../../src/multiplex/server-requests.js';
import { ServerTokens } from '../../src/multiplex/server-tokens.js';
import { MultiplexWorld } from '../support/multiplex-world.js';

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

  test('go to the only one with requests in flight, or to the oldest', () => {
    const clients = [
      { name: 'a', requests: { inFlight: 0, cancelled: 0 } },
      { name: 'b', requests: { inFlight: 2, cancelled: 1 } },
      { name: 'c', requests: { inFlight: 0, cancelled: 0 } },
    ];
    const cancelling = { name: 'd', requests: { inFlight: 1, cancelled: 1 } };
    const chosen = (rule: 'owner' | 'oldest', of = clients): string | undefined =>
      (chooseClient(rule, of as never) as unknown as { name: string } | null)?.name;
    assert.equal(chosen('owner'), 'b');
    assert.equal(chosen('oldest'), 'a');
    assert.equal(
      chosen('owner', [...clients, { name: 'e', requests: { inFlight: 1, cancelled: 0 } }]),
      'a',
    );
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
