import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { MAX_DOCUMENT_BYTES } from '../../src/limits.js';
import type { MemoryClient } from '../support/memory-client.js';
import { MultiplexWorld, NOTHING_LEFT, type WorldOptions } from '../support/multiplex-world.js';
import { count } from '../support/received.js';

const INITIALIZE =
  '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"capabilities":{}}}';

// A timer of the real clock would keep the test going until it is over.
beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'setInterval'] }));
afterEach(() => mock.timers.reset());

function didOpen(uri: string, text = 'text'): string {
  const textDocument = `{"uri":${uri},"languageId":"plain","version":1,"text":"${text}"}`;
  return `{"method":"textDocument/didOpen","params":{"textDocument":${textDocument}}}`;
}

function didClose(uri: string): string {
  return `{"jsonrpc":"2.0","method":"textDocument/didClose","params":{"textDocument":{"uri":${uri}}}}`;
}

/** What the process at hand was told to close, in its order. */
function closed({ upstream }: MultiplexWorld): string[] {
  return upstream.received.filter((text) => text.includes('didClose'));
}

/** A shared server that has taken the handshake of the first of two clients. */
async function twoClients(
  options?: WorldOptions,
): Promise<{ world: MultiplexWorld; leaver: MemoryClient; stayer: MemoryClient }> {
  const world = new MultiplexWorld(options);
  const [leaver, stayer] = [world.connect(), world.connect()];
  leaver.say(INITIALIZE);
  await world.settle();
  world.answerInitialize();
  await world.settle();
  return { world, leaver, stayer };
}

test('what a client has open when it leaves is closed, behind all that it has sent', async () => {
  const { world, leaver, stayer } = await twoClients();
  leaver.say(didOpen('"file:///a"'));
  leaver.say(didOpen('"file:///\\u0062"', 'long '.repeat(10_000)));
  leaver.say(didOpen('"file:///closed"'));
  leaver.say(didClose('"file:\\/\\/\\/closed"'));
  stayer.say(didOpen('"file:///of another"'));
  leaver.say('{"method":"last"}');
  leaver.session?.clientEnded(true);
  await world.settle();
  assert.deepEqual(closed(world), [
    didClose('"file:\\/\\/\\/closed"'),
    didClose('"file:///a"'),
    didClose('"file:///b"'),
  ]);
  assert.match(world.upstream.received.at(-3)!, /"last"/);
  assert.equal(count(world.upstream.received, 'didOpen'), 4);
});

test('a document that another client has open is closed when that one leaves, too', async () => {
  const { world, leaver, stayer } = await twoClients();
  for (const client of [leaver, stayer]) client.say(didOpen('"file:///a"'));
  await world.settle();
  leaver.session?.clientEnded(true);
  await world.settle();
  assert.deepEqual(closed(world), []);
  stayer.session?.clientEnded(true);
  await world.settle();
  assert.deepEqual(closed(world), [didClose('"file:///a"')]);
  assert.deepEqual(world.left, NOTHING_LEFT);
});

test('nothing is closed that was open in a process which is gone', async () => {
  const { world, leaver, stayer } = await twoClients();
  stayer.say(didOpen('"file:///before"'));
  await world.settle();
  world.upstream.exit(1);
  leaver.say(didOpen('"file:///between"'));
  stayer.say(didOpen('"file:///given up"'));
  await world.settle();
  mock.timers.tick(100);
  world.answerInitialize();
  await world.settle();
  assert.equal(count(world.upstream.received, 'between'), 1);
  leaver.session?.clientEnded(true);
  await world.settle();
  assert.deepEqual(closed(world), [didClose('"file:///between"')]);
  assert.deepEqual(world.left, NOTHING_LEFT);
});

test('a client that has documents open in a process that is gone is closed, and no other one', async () => {
  const { world, leaver, stayer } = await twoClients();
  leaver.say(didOpen('"file:///a"'));
  stayer.say(didOpen('"file:///b"'));
  stayer.say(didClose('"file:///b"'));
  await world.settle();
  leaver.say('{"id":"open","method":"hold"}');
  await world.settle();
  world.upstream.exit(1);
  await world.settle();
  assert.equal(leaver.closed?.code, 1011);
  assert.match(leaver.closed.reason, /connect and open it again$/);
  assert.match(leaver.received.at(-1)!, /"id":"open".*"upstream_exited"/);
  assert.equal(stayer.closed, null);
});

test('a server that is no language server is not told of documents', async () => {
  const { world, leaver } = await twoClients({ profile: 'plain' });
  leaver.say(didOpen('"file:///a"'));
  leaver.session?.clientEnded(true);
  await world.settle();
  assert.deepEqual(closed(world), []);
});

test('documents without a URI pass, and so do those above MAX_DOCUMENT_BYTES, which stay open', async () => {
  const { world, leaver } = await twoClients();
  const long = `"file:///${'x'.repeat(MAX_DOCUMENT_BYTES / 8)}"`;
  for (const uri of ['7', 'null', '{"uri":"file:///inner"}', '[]']) leaver.say(didOpen(uri));
  leaver.say('{"method":"textDocument/didOpen"}');
  leaver.say('{"method":"textDocument/didOpen","params":[]}');
  leaver.say('{"method":"textDocument/didOpen","params":{"textDocument":["uri"]}}');
  for (let n = 0; n < 5; n++) leaver.say(didOpen(long.replace('x', String(n))));
  leaver.say(didOpen('"file:///short"'));
  leaver.session?.clientEnded(true);
  await world.settle();
  assert.equal(count(world.upstream.received, 'didOpen'), 13);
  assert.equal(closed(world).length, 4);
  assert.equal(closed(world).at(-1), didClose('"file:///short"'));
});
