import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sluice } from '../support/command-line.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** The package as it is where nothing could compile its native kernel. */
function withoutAddon(t: TestContext): { folder: string; cli: string } {
  const folder = temporaryFolder(t);
  for (const part of ['package.json', 'dist/src', 'dist/workers']) {
    cpSync(join(ROOT, part), join(folder, part), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  return { folder, cli: join(folder, 'dist/src/cli/main.js') };
}

const WHY =
  'The native kernel cannot be used: the addon was not compiled. Run "node native/build.mjs ' +
  '--verbose" in Sluice\'s folder to compile it, or choose the kernel "auto" or "portable".';

test('--kernel native without the addon is a clear message, and exit code 1', async (t) => {
  const { cli } = withoutAddon(t);
  const args = ['serve', '--log-level', 'error', '--kernel', 'native', '--listen', 'stdio'];
  assert.deepEqual(await sluice(t, args, { cli }), {
    code: 1,
    stdout: '',
    stderr: `sluice: ${WHY} (SLUICE_ERR_KERNEL)\n`,
  });
});

test('--kernel auto without the addon serves all the same, in workers too, and the log says why', async (t) => {
  const { cli } = withoutAddon(t);
  const args = ['serve', '--log-format', 'json', '--offload', 'always', '--listen', 'stdio'];
  const input = '{"id":1,"method":"m","params":["a"]}\n';
  const { code, stdout, stderr } = await sluice(t, args, { cli, input });
  assert.deepEqual([code, stdout], [0, '{"jsonrpc":"2.0","id":1,"result":["a"]}\n']);
  const lines = stderr.trimEnd().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const { kernel, why } = parsed.find(({ msg }) => msg === 'kernel')!;
  assert.deepEqual([kernel, why], ['portable', 'no native kernel: the addon was not compiled']);
});

test('a runtime of the library that is to be native is refused with SLUICE_ERR_KERNEL without the addon', (t) => {
  const { folder } = withoutAddon(t);
  const script = `
    import { JsonRpcRuntime } from 'sluice';
    await JsonRpcRuntime.start({ kernel: 'native' }).catch(({ name, code, message }) => {
      console.log(JSON.stringify([name, code, message]));
    });`;
  const args = ['--input-type=module', '-e', script];
  const printed = execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  assert.deepEqual(JSON.parse(printed), ['SluiceError', 'SLUICE_ERR_KERNEL', WHY]);
});
