import assert from 'node:assert/strict';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import { AccessPolicy } from '../../src/frontend/access-policy.js';

function policy(
  allowedOrigins: string[] = [],
  allowedHosts: string[] = [],
  listenHost = '127.0.0.1',
) {
  return new AccessPolicy({ listenHost, allowedOrigins, allowedHosts });
}

describe('the access policy', () => {
  for (const host of [
    '127.0.0.1:4000',
    'localhost:4000',
    'LOCALHOST',
    '[::1]:4000',
    '[::1]',
    '127.0.0.1',
    '127.0.0.2:80',
    '[0:0:0:0:0:0:0:1]:4000',
    '[::FFFF:127.0.0.1]',
  ]) {
    test(`lets a program in that asks for ${host}`, () => {
      assert.equal(policy().refusal('', host), null);
    });
  }

  for (const host of [
    'evil.example',
    'evil.example:4000',
    '127.0.0.1.evil.example',
    'x127.0.0.1',
    '127.0.0',
    'localhost.evil',
    '',
  ]) {
    test(`refuses a foreign host, such as "${host}"`, () => {
      assert.match(policy().refusal('', host)!, /is not an address of this gateway/);
    });
  }

  test('refuses web pages, those of this machine too', () => {
    for (const origin of ['https://evil.example', 'http://localhost:4000', 'null']) {
      assert.match(policy().refusal(origin, 'localhost')!, /^the origin ".+" is not allowed/);
    }
  });

  test('lets an allowed origin in, whatever its case, and no other', () => {
    const some = policy(['https://App.example']);
    assert.equal(some.refusal('https://app.example', 'localhost'), null);
    assert.notEqual(some.refusal('http://app.example', 'localhost'), null);
    assert.notEqual(some.refusal('https://app.example.evil', 'localhost'), null);
  });

  test('lets an allowed host in', () => {
    assert.equal(policy([], ['Gateway.example']).refusal('', 'gateway.example:443'), null);
    assert.equal(policy([], [], '10.1.2.3').refusal('', '10.1.2.3:4000'), null);
    assert.equal(policy([], [], 'fd00:0:0::0A').refusal('', '[fd00::a]:4000'), null);
    assert.equal(policy([], ['FD00::0:B']).refusal('', '[fd00::b]'), null);
    // Every interface: this machine's addresses are ours, however "any" is written.
    const [[address] = []] = Object.values(networkInterfaces());
    const host = address!.family === 'IPv6' ? `[${address!.address}]` : address!.address;
    for (const any of ['0.0.0.0', '::', '0::0']) {
      assert.equal(policy([], [], any).refusal('', host), null);
    }
  });

  test('lets everyone in with *', () => {
    assert.equal(policy(['*'], ['*']).refusal('https://evil.example', 'evil.example'), null);
  });

  test('shows a header in a way that no log can be misled by', () => {
    const refusal = policy().refusal('https://a\r\nb\u001b[0m', 'localhost')!;
    assert.ok(refusal.includes(String.raw`https://a\r\nb\u001b[0m`));
  });
});
