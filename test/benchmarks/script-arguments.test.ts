import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { sluice } from '../support/command-line.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};
const BENCHES = Object.entries(scripts).filter(([name]) => /^bench\b/.test(name));

assert.ok(BENCHES.length > 5);
for (const [name, command] of BENCHES) {
  const cli = join(ROOT, command.replace(/^node /, ''));

  test(`npm run ${name} -- --help explains the script, and does nothing else`, async (t) => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const { code, stdout, stderr } = await sluice(t, ['--help'], { cli });
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(stdout.startsWith(`npm run ${name} [-- options]\n`), stdout);
    assert.match(stdout, /\nIt takes .+\.\n\nOptions:\n/);
    assert.equal(/^ {2}--json FILE/m.test(stdout), name !== 'bench:readme');
    assert.equal(readFileSync(join(ROOT, 'README.md'), 'utf8'), readme);
    assert.equal(existsSync('--help'), false);
  });

  test(`npm run ${name} refuses what it does not know with one line and exit code 2`, async (t) => {
    for (const [argument, message] of [
      ['--nonsense', 'unknown option --nonsense; --help lists all'],
      ['result.json', 'unexpected argument "result.json"; --help lists all'],
    ] as const) {
      const expected = { code: 2, stdout: '', stderr: `${name}: ${message}\n` };
      assert.deepEqual(await sluice(t, [argument], { cli }), expected);
    }
  });
}

test('values of a script are checked before it measures anything', async (t) => {
  for (const [script, args, message] of [
    ['memory', ['--minutes', '1'], '--minutes is 0, for no load, or at least 2'],
    ['isolation', ['--rounds', 'x'], '--rounds takes a whole number from 1 to 1000; "x" is none'],
    ['peers', ['--only', 'ech'], '--only is one of .*; did you mean "echo"\\?'],
  ] as const) {
    const cli = join(ROOT, `dist/bench/${script}.bench.js`);
    const { code, stdout, stderr } = await sluice(t, args, { cli });
    assert.deepEqual([code, stdout], [2, '']);
    assert.match(stderr, new RegExp(`^bench:${script}: ${message}\\n$`));
  }
});
