import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { JsonRpcConnection, JsonRpcRuntime } from '../../src/index.js';
import { nextEvents } from '../support/connection-events.js';

/** The package's folder: a script that runs there finds `sluice` by its own name. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

async function run(script: string): Promise<string> {
  const node = promisify(execFile);
  const { stdout } = await node(process.execPath, ['--input-type=module', '-e', script], {
    cwd: ROOT,
    timeout: 30_000,
  });
  return stdout;
}

describe('the runtime', () => {
  test('does not keep a process alive whose connections are closed, threads or none', async () => {
    const stdout = await run(`
      import { PassThrough } from 'node:stream';
      import { JsonRpcConnection, JsonRpcRuntime } from 'sluice';
      const mine = await JsonRpcRuntime.start({ threads: 1, offload: 'always' });
      for (const options of [{}, { runtime: mine }]) {
        const readable = new PassThrough();
        const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'x', options).intoParts();
        readable.end('{"method":"' + 'm'.repeat(500000) + '"}');
        for await (const event of parts.incoming) console.log(event.type);
      }`);
    assert.equal(stdout, 'message\ndisconnected\nmessage\ndisconnected\n');
  });

  test('refuses new connections once it is closed, and lets open ones go on', async () => {
    const runtime = await JsonRpcRuntime.start({ threads: 1, offload: 'always' });
    const readable = new PassThrough();
    const parts = JsonRpcConnection.fromStdio(readable, new PassThrough(), 'peer', {
      runtime,
    }).intoParts();
    readable.write('{"method":"before"}\n');
    assert.deepEqual(await nextEvents(parts, 1), ['message {"method":"before"}']);
    await runtime.close();
    readable.write('{"method":"after"}\n');
    assert.deepEqual(await nextEvents(parts, 1), ['message {"method":"after"}']);
    assert.throws(
      () => JsonRpcConnection.fromStdio(new PassThrough(), new PassThrough(), 'x', { runtime }),
      { code: 'SLUICE_ERR_WORKER_POOL' },
    );
  });

  test('that is shared makes room for a new one when it is closed', async () => {
    const first = JsonRpcRuntime.shared();
    assert.equal(JsonRpcRuntime.shared(), first);
    await first.close();
    assert.notEqual(JsonRpcRuntime.shared(), first);
  });
});

test('the example of docs/library.md prints what it says', async () => {
  const page = readFileSync(`${ROOT}docs/library.md`, 'utf8');
  const [, script, printed] = /```js\n(.*?)```.*?```text\n(.*?)```/s.exec(page)!;
  assert.equal(await run(script!), printed);
});
