// Compiles the native kernel; npm runs this on install, also in projects that only use the
// package. The portable kernel does the same job, so no failure here may fail an install:
// whatever happens is said in one line.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const native = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const addon = join(native, 'build', 'Release', 'sluice_kernel.node');

/** The headers of this very Node where they lie beside it: then nothing has to be downloaded. */
function headersBesideNode() {
  const root = resolve(dirname(process.execPath), '..');
  const header = join(root, 'include', 'node', 'node_version.h');
  if (!existsSync(header)) return undefined;
  const text = readFileSync(header, 'utf8');
  const part = (name) => new RegExp(`#define NODE_${name}_VERSION (\\d+)`).exec(text)?.[1];
  const version = `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
  return version === process.versions.node ? root : undefined;
}

/** npm's own configuration reaches node-gyp by itself only when npm runs this file. */
function headersFromNpm() {
  if (process.env.npm_config_nodedir !== undefined) return undefined;
  try {
    const npm = process.env.npm_execpath;
    const args = ['config', 'get', 'nodedir'];
    const quiet = { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] };
    const found = npm?.endsWith('.js')
      ? execFileSync(process.execPath, [npm, ...args], quiet)
      : execFileSync('npm', args, { ...quiet, shell: process.platform === 'win32' });
    const root = found.trim();
    return root === '' || root === 'undefined' || root === 'null' ? undefined : root;
  } catch {
    return undefined;
  }
}

/** What says best why a build failed, best first: the compiler, the shell, node-gyp. */
const TELLING = [/error: /, /not found|No such file/, /Could not find/, /ERR! stack /];

function reasonOf(output) {
  const lines = output.split('\n').map((line) => line.trim());
  const found = TELLING.map((telling) => lines.find((line) => telling.test(line)));
  const line = found.find((candidate) => candidate !== undefined) ?? 'node-gyp failed';
  return line.replace(/^gyp ERR! (stack )?(Error: )?/, '').slice(0, 200);
}

function build() {
  const nodeGyp = require.resolve('node-gyp/bin/node-gyp.js');
  // Not 'rebuild', which removes the addon first: a build that is cut short leaves the one that was there.
  const args = [nodeGyp, 'configure', 'build', '--directory', native];
  const headers = headersBesideNode() ?? headersFromNpm();
  if (headers !== undefined) args.push(`--nodedir=${headers}`);
  const { error, status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (error) throw error;
  if (process.argv.includes('--verbose')) process.stderr.write(`${stdout}${stderr}`);
  if (status !== 0) throw new Error(reasonOf(`${stderr}\n${stdout}`));
  // A build that does not load is no better than none.
  require(addon).instructionSet();
}

try {
  build();
  console.log('sluice: native kernel compiled.');
} catch (error) {
  const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
  console.log(
    `sluice: no native kernel (${reason}); the portable kernel will be used, with the same results.`,
  );
}
