import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVE_OPTIONS } from '../../src/cli/serve-option-table.js';
import { parseServeOptions } from '../../src/cli/serve-options.js';
import type { OptionSpec } from '../../src/options/arguments.js';

/** Wrong options, and what the message about them has to contain. */
const wrong: readonly (readonly [args: string[], message: RegExp])[] = [
  [['--lisen', 'ws://127.0.0.1:0'], /unknown option --lisen; did you mean --listen\?/],
  [['-x'], /unknown option -x/],
  [['--threads'], /--threads needs a value/],
  [['--threads', '0'], /--threads takes a whole number from 1 to 256; "0" is too small/],
  [['--threads', '1.5'], /--threads takes a whole number/],
  [['--threads', '2', '--threads', '3'], /--threads is given twice/],
  [['--inherit-env=yes'], /--inherit-env takes no value/],
  [['--framing', 'contentlength'], /--framing is one of .*did you mean "content-length"\?/],
  [['--log-level', 'warning'], /--log-level is one of .*did you mean "warn"\?/],
  [['--log-format', 'jsn'], /did you mean "json"\?/],
  [['--on-malformed', 'close'], /--on-malformed is one of answer, disconnect/],
  [['--max-payload', '16 bananas'], /--max-payload takes a size .*"16 bananas" is none/],
  [['--max-payload', '5'], /--max-payload takes a size from 1KiB to 512MiB; "5" is too small/],
  [['--max-payload', '10GB'], /from 1KiB to 512MiB; "10GB" is too large/],
  [
    ['--ping-interval', '30'],
    /--ping-interval takes a duration .*"30" is none \(add a unit, as in 30s\)/,
  ],
  [['--ping-interval', '2h'], /--ping-interval takes a duration/],
  [['--drain-timeout', '-1s'], /--drain-timeout/],
  [['--listen', '127.0.0.1:4000'], /--listen takes ws:.*did you mean ws:\/\/127\.0\.0\.1:4000\?/],
  [['--listen', '4000'], /did you mean ws:\/\/127\.0\.0\.1:4000\?/],
  [['--listen', 'ws://127.0.0.1'], /the port is missing/],
  [['--listen', 'ws://127.0.0.1:abc'], /is none of these: the port "abc" is no number$/],
  [['--listen', 'ws://[::1]:abc/'], /the port "abc" is no number$/],
  [
    ['--listen', 'ws://example.com:1', '--allow-remote'],
    /--listen takes an IP address of this machine, or localhost; "example.com" is neither/,
  ],
  [['--listen', 'ws://127.0.0.1:0/mcp'], /it has no path, all are served/],
  [['--listen', 'http://127.0.0.1:4000'], /did you mean ws:\/\/127\.0\.0\.1:4000\?$/],
  [['--listen', 'WS://127.0.0.1:4000'], /write the scheme in lower case$/],
  [['--listen', 'ws://:4000'], /the address is missing, 127\.0\.0\.1 for one$/],
  [['--listen', '[::1]:4000'], /did you mean ws:\/\/\[::1\]:4000\?$/],
  [['--listen', 'ws://::1:4000'], /an IPv6 address stands in brackets$/],
  [['--upstream', 'https://a.example/mcp'], /did you mean wss:\/\/a\.example\/mcp\?/],
  [['--upstream', 'ws://127.0.0.1:1', '--subprotocol', 'a b'], /"a b" is not one name/],
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
  [['--upstream', 'echo'], /"echo" is none of these; did you mean echo:\?$/],
  [['--upstream', 'echo://'], /did you mean echo:\?$/],
  [['--upstream', '4000'], /did you mean ws:\/\/127\.0\.0\.1:4000\?$/],
  [['--upstream', '127.0.0.1:4000'], /did you mean ws:\/\/127\.0\.0\.1:4000\?$/],
  [['--upstream', 'localhost:4000/mcp'], /did you mean ws:\/\/localhost:4000\/mcp\?$/],
  [['--upstream', '[::1]:4000'], /did you mean ws:\/\/\[::1\]:4000\?$/],
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

/** Options of other programs, and the whole hint behind "unknown option". */
const foreign: Readonly<Record<string, string>> = {
  '--port 8000': '--port; did you mean --listen ws://127.0.0.1:8000?',
  '-p 8000': '-p; did you mean --listen ws://127.0.0.1:8000?',
  '--port': '--port; did you mean --listen ws://127.0.0.1:PORT?',
  '--host=::1 --port 8000': '--host; did you mean --listen ws://[::1]:8000?',
  '--address localhost --port=1': '--address; did you mean --listen ws://localhost:1?',
  '--stdio server': "--stdio; a server's command goes after --: -- server",
  '--stdio': "--stdio; a server's command goes after --: -- COMMAND args...",
  '--cors': '--cors; did you mean --allow-origin ORIGIN (* allows all)?',
  '--cors=https://app.example': '--cors; did you mean --allow-origin https://app.example?',
  '--origin *': '--origin; did you mean --allow-origin *?',
  '--ssl': '--ssl; did you mean --listen wss://IP:PORT with --tls-cert and --tls-key?',
  '-v': '-v; sluice --version says the version',
  '-V': '-V; sluice --version says the version',
  '--version': '--version; sluice --version says the version',
  '-x': '-x; --help lists all',
};

for (const [line, message] of Object.entries(foreign)) {
  test(`what other programs are told with ${line} is said in our options`, () => {
    assert.throws(() => parseServeOptions(line.split(' ')), {
      code: 'SLUICE_ERR_USAGE',
      message: `unknown option ${message}`,
    });
  });
}

test('the defaults that --help shows are those that hold', () => {
  /** Those whose default is said in words, or is no value of the option. */
  const inWords = ['threads', 'profile', 'notification'];
  const defaults = parseServeOptions([]);
  const shown = Object.entries<OptionSpec>(SERVE_OPTIONS).flatMap(([name, { help }]) => {
    const text = /\[(.+)\]$/.exec(help)?.[1];
    return text === undefined || inWords.includes(name) ? [] : [[name, text] as const];
  });
  assert.ok(shown.length > 20);
  for (const [name, text] of shown) {
    // Some warn that they have nothing to work on.
    const config = { ...parseServeOptions([`--${name}`, text]), warnings: [] };
    assert.deepEqual(config, defaults, `--${name} [${text}]`);
  }
});

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
