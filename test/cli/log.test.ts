import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { UNREAD_LOG_BYTES } from '../../src/limits.js';
import { createLogger } from '../../src/log.js';
import { sluice } from '../support/command-line.js';
import { CLI, GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { within } from '../support/until.js';

interface Entry {
  readonly msg: string;
  readonly lines?: number;
}

test('log lines that nobody reads are left out above a limit, and counted when they are read', async () => {
  const stderr = new PassThrough();
  const log = createLogger('info', 'json', stderr);
  const lines = Math.ceil(UNREAD_LOG_BYTES / 1000) * 2;
  for (let i = 0; i < lines; i++) log.info('x'.repeat(1000));
  assert.ok(stderr.writableLength <= UNREAD_LOG_BYTES + 2000);
  const entries: Entry[] = [];
  let text = '';
  stderr.on('data', (chunk: Buffer) => {
    text += chunk.toString();
  });
  await once(stderr, 'drain');
  log.info('last');
  stderr.end();
  await once(stderr, 'end');
  for (const line of text.trim().split('\n')) entries.push(JSON.parse(line) as Entry);
  const said = entries.filter(({ lines }) => lines === undefined).length;
  const leftOut = entries.find(({ lines }) => lines !== undefined)!;
  assert.match(leftOut.msg, /not read fast enough/);
  assert.equal(said + leftOut.lines!, lines + 1);
  assert.equal(entries.at(-1)!.msg, 'last');
});

test('a gateway whose log nobody reads serves on, and stops', async (t) => {
  // More than a pipe or a socket holds, and than the gateway keeps; then an echo.
  const server = `process.stderr.write(('x'.repeat(5000) + '\\n').repeat(400), () =>
    process.stdin.pipe(process.stdout));`;
  const gateway = await GatewayProcess.start(t, { command: [process.execPath, '-e', server] });
  gateway.process.stderr.removeAllListeners('data').pause();
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('anything', 'still there');
  assert.equal((await client.next()).params, 'still there');
  gateway.process.kill('SIGTERM');
  assert.deepEqual(await within('the exit', gateway.exited), { code: 0, signal: null });
});

test('a command whose output is closed by its reader ends without a complaint', async (t) => {
  const child = spawn(process.execPath, [CLI, 'serve', '--help']);
  t.after(() => child.kill('SIGKILL'));
  child.stdout.destroy();
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => {
    complaint += chunk.toString();
  });
  const [code] = (await within('the exit', once(child, 'close'))) as [number];
  assert.deepEqual([code, complaint], [0, '']);
});

/** What a line of the log begins with, by its format. */
const JSON_LINE = /^\{"level":\d+,/;
const TEXT_LINE = /^\[\d\d:\d\d:\d\d\.\d{3}\] [A-Z]+: /;

for (const { set, args = [], form } of [
  { set: 'json', form: JSON_LINE },
  { set: 'text', form: TEXT_LINE },
  { set: '', form: TEXT_LINE },
  { set: 'json', args: ['--log-format', 'text'], form: TEXT_LINE },
  { set: 'text', args: ['--log-format', 'json'], form: JSON_LINE },
]) {
  test(`LOG_FORMAT=${set} ${args.join(' ')} gives lines of ${form === JSON_LINE ? 'JSON' : 'text'}`, async (t) => {
    const serve = ['serve', '--listen', 'stdio', ...args];
    const { code, stderr } = await sluice(t, serve, { env: { LOG_FORMAT: set } });
    assert.equal(code, 0);
    const lines = stderr.trimEnd().split('\n');
    for (const line of lines) assert.match(line, form);
  });
}
