import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { SERVE_OPTIONS } from '../../src/cli/serve-option-table.js';
import { sluice } from '../support/command-line.js';

const { version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { version: string };

for (const args of [['--help'], ['-h'], ['help']]) {
  test(`sluice ${args.join(' ')} names every command`, async (t) => {
    const { code, stdout, stderr } = await sluice(t, args);
    assert.deepEqual([code, stderr], [0, '']);
    assert.match(stdout, /sluice serve/);
    assert.match(stdout, /--version/);
  });
}

for (const args of [
  ['serve', '--help'],
  ['serve', '-h'],
  ['help', 'serve'],
]) {
  test(`sluice ${args.join(' ')} explains every option`, async (t) => {
    const { code, stdout, stderr } = await sluice(t, args);
    assert.deepEqual([code, stderr], [0, '']);
    for (const option of Object.keys(SERVE_OPTIONS)) {
      assert.match(stdout, new RegExp(`^  (-\\w, )?--${option} .{10}`, 'm'));
    }
  });
}

test('sluice help bench is the help of that command', async (t) => {
  const { stdout } = await sluice(t, ['bench', '--help']);
  assert.match(stdout, /--depth N/);
  assert.deepEqual(await sluice(t, ['help', 'bench']), { code: 0, stdout, stderr: '' });
});

for (const option of ['--version', '-v', '-V']) {
  test(`sluice ${option} prints the version`, async (t) => {
    assert.deepEqual(await sluice(t, [option]), { code: 0, stdout: `${version}\n`, stderr: '' });
  });
}

test('without a command the help is shown, and the exit code is 2', async (t) => {
  const { code, stdout, stderr } = await sluice(t, []);
  assert.deepEqual({ code, stdout }, { code: 2, stdout: '' });
  assert.match(stderr, /sluice serve/);
  assert.match(stderr, /\nsluice: say which command\n$/);
});

test('a format of logs in the environment that there is not is refused, unless an option has one', async (t) => {
  const env = { LOG_FORMAT: 'xml' };
  const asked = await sluice(t, ['serve'], { env });
  const message = 'LOG_FORMAT in the environment is one of text, json, not "xml"';
  assert.deepEqual(asked, { code: 2, stdout: '', stderr: `sluice: ${message}\n` });
  const options = ['--log-format', 'json', '--listen', 'stdio://'];
  assert.equal((await sluice(t, ['serve', ...options], { env })).code, 0);
  const empty = await sluice(t, ['serve', '--listen', 'stdio://'], { env: { LOG_FORMAT: '' } });
  assert.equal(empty.code, 0);
});

test('a wrong command line is refused with one clear line and exit code 2', async (t) => {
  const runs: readonly (readonly [args: string[], message: string])[] = [
    [['sevre'], 'unknown command "sevre"; did you mean "serve"?'],
    [['help', 'sevre'], 'unknown command "sevre"; did you mean "serve"?'],
    [['SERVE'], 'unknown command "SERVE"; did you mean "serve"?'],
    [['--', 'cat'], 'say which command: sluice serve -- COMMAND args...'],
    [
      ['--listen', 'stdio'],
      'unknown option "--listen"; the options of a command stand behind it, as in sluice serve --help',
    ],
    [['serve', '--', ''], 'a command is missing after --'],
    [['--verison'], 'unknown option "--verison"; did you mean "--version"?'],
    [['serve', '--cwd', '--mode', 'shared'], '--cwd needs a value: --cwd DIR'],
    [['serve', '--lisen', 'stdio'], 'unknown option --lisen; did you mean --listen?'],
    [['serve', '--'], 'a command is missing after --'],
  ];
  for (const [args, message] of runs) {
    const expected = { code: 2, stdout: '', stderr: `sluice: ${message}\n` };
    assert.deepEqual(await sluice(t, args), expected);
  }
});
