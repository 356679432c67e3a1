import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { childEnvironment } from '../../src/upstream/child-environment.js';

const OURS = { HOME: '/home/x', PATH: '/bin', SECRET_TOKEN: 's', NODE_OPTIONS: '--inspect' };

describe("a child's environment", () => {
  test('has what a program needs and no secrets', () => {
    assert.deepEqual(childEnvironment([], false, OURS), { HOME: '/home/x', PATH: '/bin' });
  });

  test('has what is named, passed on or with a value', () => {
    assert.deepEqual(
      childEnvironment(
        ['SECRET_TOKEN', 'A=1', 'B=x=y', 'EMPTY=', 'NOT_OURS', 'PATH=/opt'],
        false,
        OURS,
      ),
      { HOME: '/home/x', PATH: '/opt', SECRET_TOKEN: 's', A: '1', B: 'x=y', EMPTY: '' },
    );
  });

  test('has all of ours where that is asked for', () => {
    assert.deepEqual(childEnvironment(['A=1'], true, OURS), { ...OURS, A: '1' });
  });
});
