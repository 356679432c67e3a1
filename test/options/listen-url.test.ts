import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseListenUrl } from '../../src/options/listen-url.js';

test('a listen URL has a scheme, a host and a port', () => {
  const addresses = {
    'ws://127.0.0.1:4000': { kind: 'ws', host: '127.0.0.1', port: 4000 },
    'wss://localhost:0/': { kind: 'wss', host: 'localhost', port: 0 },
    'ws://[::1]:4000': { kind: 'ws', host: '::1', port: 4000 },
  };
  for (const [text, address] of Object.entries(addresses)) {
    assert.deepEqual(parseListenUrl(text, '--listen'), address);
  }
});

for (const text of [
  'ws://127.0.0.1',
  'http://127.0.0.1:1',
  'ws://[127.0.0.1:1',
  'ws://::1:1',
  '',
]) {
  test(`"${text}" is no listen URL`, () => assert.equal(parseListenUrl(text, '--listen'), null));
}

test('a port that there is not is named', () => {
  assert.throws(() => parseListenUrl('ws://127.0.0.1:65536', '--listen'), {
    code: 'SLUICE_ERR_USAGE',
    message: '--listen: a port is 0 (any) to 65535, not 65536, in "ws://127.0.0.1:65536"',
  });
});
