import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { findProgram } from '../src/program.js';
import { temporaryFolder } from './support/temporary-folder.js';

const folder = temporaryFolder({ after });
before(() => {
  mkdirSync(join(folder, 'bin', 'server'), { recursive: true });
  mkdirSync(join(folder, 'later'));
  for (const file of ['later/server', 'bin/plain']) writeFileSync(join(folder, file), '');
  chmodSync(join(folder, 'later/server'), 0o755);
});

describe('finding a program', () => {
  test('takes the first executable file in PATH, not a folder of that name', () => {
    const path = `${join(folder, 'bin')}:${join(folder, 'later')}`;
    assert.equal(findProgram('server', path, '/'), join(folder, 'later/server'));
  });

  test('takes a name with a slash from the working directory', () => {
    assert.equal(findProgram('./later/server', '', folder), join(folder, 'later/server'));
  });

  test('takes relative folders of PATH from the working directory', () => {
    assert.equal(findProgram('server', 'later', folder), join(folder, 'later/server'));
  });

  const missing: readonly [string, RegExp][] = [
    ['no-such-server', /^cannot start "no-such-server": it is not in PATH/],
    ['plain', /^cannot start "plain": .*\/bin\/plain may not be executed; chmod \+x it$/],
    ['./bin/plain', /may not be executed/],
    ['./no-such', /there is no such file/],
    ['./bin', /it is a folder/],
  ];
  for (const [name, message] of missing) {
    test(`says that ${name} cannot be started`, () => {
      assert.throws(() => findProgram(name, join(folder, 'bin'), folder), {
        code: 'SLUICE_ERR_PROGRAM',
        message,
      });
    });
  }
});
