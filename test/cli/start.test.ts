import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { sluice } from '../support/command-line.js';
import { fixture } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { selfSigned } from '../support/self-signed.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface ProcessFacts {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

/** What a server that was started with these options finds around it. */
async function factsOfServer(
  t: TestContext,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessFacts> {
  const gateway = await GatewayProcess.start(t, { args, env, command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  return (await client.request('process')).result as ProcessFacts;
}

const SECRETS = { SLUICE_TEST_SECRET: 'secret', SLUICE_TEST_TOKEN: 'token' };

test('a program that is missing is a clear message at the start, and exit code 1', async (t) => {
  for (const program of ['no-such-program', './no/such/program']) {
    const { code, stdout, stderr } = await sluice(t, ['serve', '--', program]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(stderr, new RegExp(`cannot start "${program}": .*; check the command after --`));
  }
});

test('a port in use is a clear message, and exit code 1', async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  t.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  for (const threads of ['1', '4']) {
    const url = `ws://127.0.0.1:${port}`;
    const { code, stdout, stderr } = await sluice(t, [
      'serve',
      ...['--log-level', 'error', '--threads', threads, '--listen', url],
    ]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.match(
      stderr,
      new RegExp(`^sluice: cannot listen on 127.0.0.1:${port}: the port is in use`),
    );
  }
});

test('a second gateway cannot take the port of the first', async (t) => {
  const { url } = await GatewayProcess.start(t);
  const { code, stderr } = await sluice(t, ['serve', '--log-level', 'error', '--listen', url]);
  assert.equal(code, 1);
  assert.match(stderr, /cannot listen on/);
});

test('an address that is not of this machine is a clear message, and exit code 1', async (t) => {
  const { code, stderr } = await sluice(t, [
    'serve',
    ...['--log-level', 'error', '--allow-remote', '--listen', 'ws://192.0.2.1:4000'],
  ]);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /^sluice: cannot listen on 192\.0\.2\.1:4000: the address is not one of this/,
  );
});

test('a working directory that does not exist is a clear message, and exit code 1', async (t) => {
  const { code, stderr } = await sluice(t, ['serve', '--cwd', '/no/such/folder', '--', 'cat']);
  assert.equal(code, 1);
  assert.match(stderr, /^sluice: .*\/no\/such\/folder/);
});

test('a certificate or key that cannot be used is a clear message, and exit code 1', async (t) => {
  const { certFile, keyFile } = selfSigned(t);
  const other = selfSigned(t);
  const folder = temporaryFolder(t);
  const brokenChain = join(folder, 'chain.pem');
  const noCertificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  writeFileSync(brokenChain, readFileSync(certFile, 'utf8') + noCertificate);
  const encryptedKey = join(folder, 'encrypted-key.pem');
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  writeFileSync(
    encryptedKey,
    privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' }),
  );
  const cases: [cert: string, key: string, why: RegExp][] = [
    ['/no/such/cert.pem', keyFile, /cannot read \/no\/such\/cert\.pem: no such file/],
    [certFile, '/no/such/key.pem', /cannot read \/no\/such\/key\.pem: no such file/],
    [keyFile, certFile, /key\.pem is no certificate/],
    [certFile, certFile, /cert\.pem is no private key/],
    [certFile, other.keyFile, /the key is of another certificate/],
    [brokenChain, keyFile, /chain\.pem is no chain of certificates/],
    [certFile, encryptedKey, /key\.pem has a passphrase/],
  ];
  for (const [cert, key, why] of cases) {
    const { code, stderr } = await sluice(t, [
      'serve',
      ...['--log-level', 'error', '--listen', 'wss://127.0.0.1:0'],
      ...['--tls-cert', cert, '--tls-key', key],
    ]);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^sluice: cannot use the certificate .* belong together \(SLUICE_ERR_TLS\)\n$/,
    );
    assert.match(stderr, why);
  }
});

test('standard output carries the URL line and nothing else', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--log-level', 'trace'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await client.request('complain', { text: 'on stderr\n' });
  client.notify('exit', { code: 0 });
  await client.close();
  gateway.process.kill('SIGTERM');
  await gateway.ended();
  assert.match(gateway.stdout, /^ws:\/\/127\.0\.0\.1:\d+\n$/);
});

test('with --log-format json every line on standard error is a JSON object', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--log-level', 'trace'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await client.request('complain', { text: 'one\ntwo "quoted"\n\x1b[31mred\n' });
  client.send('not json');
  await client.next();
  client.notify('exit', { code: 4 });
  await client.close();
  gateway.process.kill('SIGTERM');
  await gateway.ended();
  const lines = gateway.stderr.trimEnd().split('\n');
  const parsed = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(parsed.every(({ level, time }) => typeof level === 'number' && time !== undefined));
  const said = parsed.flatMap(({ stderr }) => (stderr === undefined ? [] : [stderr]));
  assert.deepEqual(said, ['one', 'two "quoted"', '\x1b[31mred']);
});

test('--log-level silent says nothing', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    args: ['--log-level', 'silent'],
    command: fixture('scripted-server'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('exit', { code: 4 });
  await client.close();
  gateway.process.kill('SIGTERM');
  await gateway.ended();
  assert.equal(gateway.stderr, '');
});

test('a long line on the standard error of a server is cut in the log, and the server goes on', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: fixture('scripted-server') });
  const client = await JsonRpcSocket.open(t, gateway.url);
  await client.request('complain', { text: `${'x'.repeat(1_000_000)}\n` });
  const { stderr, cutBytes } = await gateway.logged('the line', (line) => 'cutBytes' in line);
  assert.equal((stderr as string).length + (cutBytes as number), 1_000_000);
  assert.ok((stderr as string).length <= 8192);
});

test('a server gets the variables that README names, and nothing else of the environment', async (t) => {
  const named = {
    ...{ HOME: '/home/x', LOGNAME: 'x', SHELL: '/bin/sh', TERM: 'dumb', USER: 'x' },
    ...{ LANG: 'C.UTF-8', TZ: 'UTC', TMPDIR: '/tmp' },
  };
  const { env } = await factsOfServer(t, [], { ...named, ...SECRETS });
  assert.deepEqual(env, { ...named, PATH: process.env['PATH'] });
});

test('--env passes a variable on, or sets it', async (t) => {
  const { env } = await factsOfServer(
    t,
    ['--env', 'SLUICE_TEST_TOKEN', '--env', 'A=b=c', '--env', 'EMPTY=', '--env', 'UNSET'],
    SECRETS,
  );
  assert.equal(env['SLUICE_TEST_TOKEN'], 'token');
  assert.equal(env['SLUICE_TEST_SECRET'], undefined);
  assert.equal(env['A'], 'b=c');
  assert.equal(env['EMPTY'], '');
  assert.ok(!('UNSET' in env));
});

test('--inherit-env passes everything on', async (t) => {
  const { env } = await factsOfServer(t, ['--inherit-env', '--env', 'A=b'], SECRETS);
  assert.equal(env['SLUICE_TEST_SECRET'], 'secret');
  assert.equal(env['A'], 'b');
});

test('--cwd is where the server runs, and where a relative program is looked for', async (t) => {
  const folder = temporaryFolder(t);
  assert.equal((await factsOfServer(t, ['--cwd', folder])).cwd, folder);
  writeFileSync(join(folder, 'input'), '');
  symlinkSync('/bin/cat', join(folder, 'server'));
  const gateway = await GatewayProcess.start(t, { args: ['--cwd', folder], command: ['./server'] });
  const client = await JsonRpcSocket.open(t, gateway.url);
  client.notify('hello');
  assert.equal((await client.next()).method, 'hello');
});

test('options after -- belong to the command', async (t) => {
  const gateway = await GatewayProcess.start(t, {
    command: ['/bin/sh', '-c', 'echo "{\\"method\\":\\"$1\\"}"; cat', 'sh', '--help'],
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  assert.equal((await client.next()).method, '--help');
});
