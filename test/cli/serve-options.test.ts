import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseServeOptions } from '../../src/cli/serve-options.js';

/** Wrong options, and what the message about them has to contain. */
const wrong: readonly (readonly [args: string[], message: RegExp])[] = [
  [['--lisen', 'ws://127.0.0.1:0'], /unknown option --lisen; did you mean --listen\?/],
  [['-x'], /unknown option -x/],
  [['--threads'], /--threads needs a value/],
  [['--threads', '0'], /--threads takes a whole number from 1 to 256; "0" is none/],
  [['--threads', '1.5'], /--threads takes a whole number/],
  [['--threads', '2', '--threads', '3'], /--threads is given twice/],
  [['--inherit-env=yes'], /--inherit-env takes no value/],
  [['--framing', 'contentlength'], /--framing is one of .*did you mean "content-length"\?/],
  [['--log-level', 'warning'], /--log-level is one of .*did you mean "warn"\?/],
  [['--log-format', 'jsn'], /did you mean "json"\?/],
  [['--on-malformed', 'close'], /--on-malformed is one of answer, disconnect/],
  [['--max-payload', '16 bananas'], /--max-payload takes a size .*"16 bananas" is none/],
  [['--max-payload', '1'], /--max-payload takes a size from 1KiB to 512MiB/],
  [
    ['--ping-interval', '30'],
    /--ping-interval takes a duration .*"30" is none \(add a unit, as in 30s\)/,
  ],
  [['--ping-interval', '2h'], /--ping-interval takes a duration/],
  [['--drain-timeout', '-1s'], /--drain-timeout/],
  [['--listen', '127.0.0.1:4000'], /--listen takes ws:.*did you mean ws:\/\/127\.0\.0\.1:4000\?/],
  [['--listen', '4000'], /did you mean ws:\/\/127\.0\.0\.1:4000\?/],
  [['--listen', 'ws://127.0.0.1'], /the port is missing/],
  [['--listen', 'ws://127.0.0.1:0/mcp'], /it has no path, all are served/],
  [['--listen', 'ws://127.0.0.1:70000'], /--listen: a port is 0 \(any\) to 65535, not 70000/],
  [['--listen', 'ws://0.0.0.0:0'], /can be reached by other machines.*--allow-remote/],
  [['--listen', 'ws://[::]:0'], /can be reached by other machines/],
  [['--listen', 'ws://127.0.0.1:999999'], /a port is 0 \(any\) to 65535, not 999999/],
  [['--listen', 'ws://me@127.0.0.1:1'], /--listen takes ws:\/\/IP:PORT/],
  [['--upstream', 'ws://127.0.0.1:1/#part'], /--upstream: leave out "#part"/],
  [['--listen', 'wss://127.0.0.1:0'], /wss:\/\/ needs --tls-cert and --tls-key/],
  [['--tls-cert', 'a.pem'], /--tls-cert and --tls-key go together/],
  [['--listen', 'stdio', '--listen', 'stdio://'], /stdio:\/\/ can be given once/],
  [['--upstream', 'http://127.0.0.1/'], /--upstream takes echo:/],
  [['--upstream', 'ws://'], /--upstream takes echo:/],
  [['--upstream', 'echo:', '--', 'cat'], /cannot both be given/],
  [['cat'], /unexpected argument "cat"; a server's command goes after --/],
  [['--env', '=value', '--', 'cat'], /--env takes NAME or NAME=VALUE/],
  [['--allow-origin', 'app.example'], /--allow-origin takes an origin such as https:/],
  [['--allow-origin', 'https://app.example/'], /--allow-origin takes an origin/],
  [['--allow-host', 'gateway.example:443'], /--allow-host takes a name without a port/],
  [['--allow-host', 'http://gateway.example'], /--allow-host takes a name/],
  [['--'], /a command is missing after --/],
];

for (const [args, message] of wrong) {
  test(`the options ${args.join(' ')} are refused with a sentence that says what to do`, () => {
    assert.throws(() => parseServeOptions(args), { code: 'SLUICE_ERR_USAGE', message });
  });
}

test('an address that only this machine reaches is taken in every spelling', () => {
  for (const host of [
    'localhost',
    '127.8.9.10',
    '[::1]',
    '[0:0::1]',
    '[::ffff:127.0.0.1]',
    '[::1%lo]',
  ]) {
    assert.equal(parseServeOptions(['--listen', `ws://${host}:0`]).listen.length, 1);
  }
});

test('origins and hosts are taken in all their forms', () => {
  const origins = ['*', 'null', 'https://app.example', 'http://[::1]:3000', 'vscode-file://app'];
  const hosts = ['*', 'gateway.example', 'localhost', '10.0.0.1', '::1'];
  const config = parseServeOptions([
    ...origins.flatMap((origin) => ['--allow-origin', origin]),
    ...hosts.flatMap((host) => ['--allow-host', host]),
  ]);
  assert.deepEqual([config.allowedOrigins, config.allowedHosts], [origins, hosts]);
});

test('sizes and durations are taken with their units', () => {
  const config = parseServeOptions([
    ...['--max-payload', '2MiB', '--receive-buffer', '64k'],
    ...['--ping-interval', '1.5m', '--drain-timeout', '250ms'],
  ]);
  assert.equal(config.maxPayloadBytes, 2 * 1024 * 1024);
  assert.equal(config.receiveBufferBytes, 64 * 1024);
  assert.equal(config.pingIntervalSeconds, 90);
  assert.equal(config.drainTimeoutMs, 250);
});

test('options after -- belong to the command', () => {
  const { upstream, listen } = parseServeOptions(['--', 'server', '--listen', '-x', '--']);
  assert.deepEqual(upstream, {
    kind: 'command',
    command: 'server',
    args: ['--listen', '-x', '--'],
  });
  assert.deepEqual(listen, [{ kind: 'ws', host: '127.0.0.1', port: 4000 }]);
});

test('options that have nothing to work on are told by a warning each', () => {
  const warningsOf = (...args: string[]): readonly string[] => parseServeOptions(args).warnings;
  assert.deepEqual(warningsOf('--framing', 'ndjson', '--env', 'A=1', '--eager'), [
    '--framing does nothing without a command after --',
    '--env does nothing without a command after --',
    '--eager does nothing without --mode shared or pool',
  ]);
  assert.deepEqual(warningsOf('--listen', 'stdio', '--ping-interval', '5s'), [
    '--ping-interval does nothing without --listen ws:// or wss://',
  ]);
  assert.deepEqual(warningsOf('--mode', 'shared', '--pool-size', '3', '--', 'cat'), [
    '--pool-size does nothing without --mode pool',
  ]);
  const all = ['--framing', 'ndjson', '--mode', 'pool', '--pool-size', '3', '--eager'];
  assert.deepEqual(
    warningsOf(...all, '--stdio-framing', 'ndjson', '--listen', 'stdio', '--', 'cat'),
    [],
  );
});

test('a variable that is to be passed on and is not there is told by a warning', () => {
  const args = ['--env', 'PATH', '--env', 'NOBODY_HAS_THIS', '--env', 'NOR_THIS=1', '--', 'cat'];
  assert.deepEqual(parseServeOptions(args).warnings, [
    '--env NOBODY_HAS_THIS: we have no such variable',
  ]);
});
