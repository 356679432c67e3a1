import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { fixture } from '../support/fixture.js';

test('a handler that throws is an uncaught exception, and the others of its batch have what is theirs', async () => {
  const [program, ...args] = fixture('throwing-handler');
  const { stdout } = await promisify(execFile)(program!, args);
  const lines = (name: string): string => `{"method":"${name}1"}\n{"method":"${name}2"}\n`;
  assert.deepEqual(JSON.parse(stdout), {
    outputs: [lines('a'), lines('b'), lines('c'), '{"method":"d"}\n'],
    thrown: ['a handler throws'],
    idle: true,
  });
});
