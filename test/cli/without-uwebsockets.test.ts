import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sluice } from '../support/command-line.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const REFUSAL = "throw new Error('This version of uWS.js supports other versions.\\n\\nMore.');";

/** The package where uWebSockets.js has no program for the version of Node. */
function withoutUWebSockets(t: TestContext): { folder: string; cli: string } {
  const folder = temporaryFolder(t);
  for (const part of ['package.json', 'dist/src', 'dist/workers']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  const modules = join(folder, 'node_modules');
  mkdirSync(join(modules, 'uWebSockets.js'), { recursive: true });
  writeFileSync(join(modules, 'uWebSockets.js', 'index.js'), REFUSAL);
  for (const name of readdirSync(join(ROOT, 'node_modules'))) {
    if (name === 'uWebSockets.js') continue;
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  return { folder, cli: join(folder, 'dist/src/cli/main.js') };
}

const WHY =
  `uWebSockets.js cannot be used with Node ${process.versions.node} here: ` +
  'This version of uWS.js supports other versions. Node 20 runs everywhere; 22, 24 and 25 on Linux ' +
  'need glibc 2.38 or later; stdio clients need no uWebSockets.js.';

test('WebSocket clients without uWebSockets.js are a clear message, and exit code 1', async (t) => {
  const { cli } = withoutUWebSockets(t);
  const args = ['serve', '--log-level', 'error', '--listen', 'ws://127.0.0.1:0'];
  assert.deepEqual(await sluice(t, args, { cli }), {
    code: 1,
    stdout: '',
    stderr: `sluice: ${WHY} (SLUICE_ERR_UWEBSOCKETS)\n`,
  });
});

test('stdio clients are served without uWebSockets.js', async (t) => {
  const { cli } = withoutUWebSockets(t);
  const args = ['serve', '--log-level', 'error', '--listen', 'stdio://'];
  const input = '{"id":1,"method":"m","params":["a"]}\n';
  const { code, stdout } = await sluice(t, args, { cli, input });
  assert.deepEqual([code, stdout], [0, '{"jsonrpc":"2.0","id":1,"result":["a"]}\n']);
});

test('the library says the same', (t) => {
  const { folder } = withoutUWebSockets(t);
  const script = `
    import { acceptWebSockets } from 'sluice';
    const options = { listen: 'ws://127.0.0.1:0', onConnection: () => undefined };
    await acceptWebSockets(options).catch(({ name, code, message }) => {
      console.log(JSON.stringify([name, code, message]));
    });`;
  const args = ['--input-type=module', '-e', script];
  const printed = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  assert.deepEqual(JSON.parse(printed), ['SluiceError', 'SLUICE_ERR_UWEBSOCKETS', WHY]);
});
