import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import net from 'node:net';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { WebSocket } from 'ws';
import { renderHtmlReport } from '../../src/bench/report/html-report.js';
import { renderRunText } from '../../src/bench/report/text-table.js';
import { selfSigned } from '../support/self-signed.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { webSocketServer } from '../support/web-socket-server.js';
import {
  bench,
  SERVER_PROGRAM,
  type ServerProcess,
  startServer,
} from './fixtures/server-process.js';

const FEW = ['--connections', '2', '--requests', '10'];

describe('targets', () => {
  let server: ServerProcess;
  const folder = temporaryFolder({ after });
  before(async () => {
    server = await startServer();
  });
  after(() => server.stop());

  it('nobody there: connect failures, one for each connection', async () => {
    const free = net.createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const { port } = free.address() as net.AddressInfo;
    await new Promise((resolve) => free.close(resolve));
    const result = await bench(`ws://127.0.0.1:${port}`, ...FEW);
    assert.equal(result.failures.connectFailures, 2);
    assert.equal(result.passed, false);
    assert.match(
      result.failureReasons.join('\n'),
      /^2 connections could not be made\n.*ECONNREFUSED .*; start the server, or check the port$/,
    );
  });

  it('a refused upgrade is an upgrade failure', async () => {
    const result = await bench(`${server.url}/refused`, ...FEW);
    assert.equal(result.failures.upgradeFailures, 2);
    assert.match(result.failureReasons.join('\n'), /refused the upgrade: 401/);
  });

  it('ws:// to a server of wss:// is told so, an answer that is cut short is not', async (t) => {
    const { keyFile, certFile } = selfSigned(t);
    const secure = await startServer('--tls', keyFile, certFile);
    const silent = await bench(secure.url.replace('wss:', 'ws:'), ...FEW);
    await secure.stop();
    assert.equal(silent.failures.upgradeFailures, 2);
    assert.match(silent.failureReasons.join('\n'), /upgrade; is it wss:\/\/ and not ws:\/\/\?$/m);
    const cut = net.createServer((socket) => {
      socket.once('data', () => socket.end('HTTP/1.1 1'));
    });
    t.after(() => cut.close());
    await once(cut.listen(0, '127.0.0.1'), 'listening');
    const { port } = cut.address() as net.AddressInfo;
    const spoken = await bench(`ws://127.0.0.1:${port}`, ...FEW);
    assert.match(spoken.failureReasons.join('\n'), /closed the connection during the upgrade$/m);
  });

  it('a handshake that is answered with an error is an upgrade failure', async () => {
    const scenario = join(folder, 'refused.json');
    writeFileSync(scenario, JSON.stringify({ handshake: [{ method: 'error' }] }));
    const result = await bench(server.url, ...FEW, '--scenario', scenario);
    assert.equal(result.failures.upgradeFailures, 2);
    assert.match(result.failureReasons.join('\n'), /the server answered error with an error/);
  });

  it('an end in the handshake is counted as what it is', async () => {
    const scenario = join(folder, 'cut-short.json');
    writeFileSync(scenario, JSON.stringify({ handshake: [{ method: 'close' }] }));
    const closed = await bench(server.url, ...FEW, '--scenario', scenario);
    assert.equal(closed.failures.upgradeFailures, 2);
    assert.deepEqual(closed.closeCodes, { 4001: 2 });
    writeFileSync(scenario, JSON.stringify({ handshake: [{ method: 'exit' }] }));
    const exited = await bench(
      ...['--requests', '4', '--scenario', scenario],
      ...['--', process.execPath, SERVER_PROGRAM, '--stdio', 'ndjson'],
    );
    assert.equal(exited.failures.childExits, 1);
    assert.equal(exited.failures.upgradeFailures, 0);
    assert.match(exited.failureReasons.join('\n'), /handshake was cut short: .* ended with 3/);
  });

  it('headers and the token reach the server, and the report keeps no secret', async () => {
    const tokenFile = join(folder, 'token');
    writeFileSync(tokenFile, 'open-sesame\n');
    const asked = ['--method', 'header', '--params', '{"header":"authorization"}'];
    const token = await bench(
      ...[server.url, ...FEW, ...asked, '--token-file', tokenFile],
      ...['--expect-result', '"Bearer open-sesame"'],
    );
    assert.equal(token.failures.wrongResults, 0);
    assert.equal(token.passed, true);
    const header = await bench(
      ...[server.url, ...FEW, ...asked, '--header', 'Authorization: Basic c2VjcmV0'],
      ...['--expect-result', '"Bearer open-sesame"'],
    );
    assert.equal(header.failures.wrongResults, 10);
    const repeated = await bench(
      ...[server.url, ...FEW, '--method', 'header', '--params', '{"header":"x-two"}'],
      ...['--header', 'X-Two: 1', '--header', 'X-Two: 2', '--expect-result', '"1, 2"'],
    );
    assert.equal(repeated.failures.wrongResults, 0);
    assert.ok(header.commandLine.includes('Authorization: ***'));
    assert.ok(!JSON.stringify(header).includes('c2VjcmV0'));
  });

  it('values of the query reach the server, and the report has their names alone', async (t) => {
    const { server: other, url } = await webSocketServer(t);
    const asked = once(other, 'connection') as Promise<[WebSocket, IncomingMessage]>;
    const target = `${url}/mcp?token=c2VjcmV0&c2VjcmV0&empty=`;
    const result = await bench(target, '--duration', '50ms', '--timeout', '50ms', '--vs', target);
    assert.equal((await asked)[1].url, '/mcp?token=c2VjcmV0&c2VjcmV0&empty=');
    assert.equal(result.target, `${url}/mcp?token=***&***&empty=***`);
    assert.equal(result.commandLine[0], result.target);
    const everything = [JSON.stringify(result), renderHtmlReport(result), renderRunText(result)];
    for (const report of everything) assert.ok(!report.includes('c2VjcmV0'));
  });

  it('TLS: refused with a certificate that nobody vouches for, measured with --insecure', async (t) => {
    const { keyFile, certFile } = selfSigned(t);
    const secure = await startServer('--tls', keyFile, certFile);
    try {
      const refused = await bench(secure.url, ...FEW);
      assert.equal(refused.failures.tlsFailures, 2);
      assert.match(refused.failureReasons.join('\n'), /self.signed .*--insecure takes any/);
      const plain = await bench(server.url.replace('ws:', 'wss:'), ...FEW);
      assert.equal(plain.failures.tlsFailures, 2);
      assert.match(plain.failureReasons.join('\n'), /the server does not speak TLS/);
      const result = await bench(secure.url, ...FEW, '--insecure', '--payload-size', '40000');
      assert.equal(result.passed, true, result.failureReasons.join('; '));
      assert.equal(result.totals.replies, 10);
    } finally {
      await secure.stop();
    }
  });

  for (const framing of ['ndjson', 'content-length']) {
    it(`a command on stdio is measured over ${framing}, its memory too`, async () => {
      const result = await bench(
        ...['--processes', '2', '--depth', '3', '--duration', '1200ms', '--framing', framing],
        ...['--', process.execPath, SERVER_PROGRAM, '--stdio', framing],
      );
      assert.equal(result.passed, true, result.failureReasons.join('; '));
      assert.ok(result.totals.replies > 0);
      assert.equal(result.totals.replies, result.totals.requests);
      if (process.platform === 'linux') {
        assert.ok((result.timeline[0]?.serverMemoryBytes ?? 0) > 1e6);
      }
    });
  }

  it('the end of a command is a child exit, and what was in flight is lost', async () => {
    const result = await bench(
      ...['--requests', '4', '--method', 'exit'],
      ...['--', process.execPath, SERVER_PROGRAM, '--stdio', 'ndjson'],
    );
    assert.equal(result.failures.childExits, 1);
    assert.equal(result.failures.lost, 1);
    assert.match(result.failureReasons.join('\n'), /ended with 3/);
  });

  it('replies that a child has written before its exit are replies', async () => {
    // All replies at once, more than a pipe holds, and then the end.
    const program = `
      let text = '';
      process.stdin.on('data', (chunk) => {
        text += chunk;
        const lines = text.split('\\n').slice(0, -1);
        if (lines.length < 8) return;
        const fs = require('node:fs');
        for (const line of lines) {
          const { id } = JSON.parse(line);
          let reply = Buffer.from(JSON.stringify({ id, result: 'x'.repeat(100000) }) + '\\n');
          while (reply.length > 0) {
            try { reply = reply.subarray(fs.writeSync(1, reply)); } catch (e) { if (e.code !== 'EAGAIN') throw e; }
          }
        }
        process.exit(0);
      });`;
    const result = await bench(
      ...['--requests', '8', '--depth', '8', '--', process.execPath, '-e', program],
    );
    assert.equal(result.totals.replies, 8);
    assert.equal(result.failures.lost, 0);
  });

  it('what a child has started ends with it', async () => {
    const alive = net.createServer().listen(0, '127.0.0.1');
    await once(alive, 'listening');
    const { port } = alive.address() as net.AddressInfo;
    const grandchild = `require("net").connect(${port},"127.0.0.1",()=>console.log("connected"))`;
    const child = `
      const stdio = ['ignore', 'pipe', 'inherit'];
      const { spawn } = require('node:child_process');
      spawn(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio }).stdout.on('data', () => process.exit(5));`;
    const connected = once(alive, 'connection') as Promise<[net.Socket]>;
    const result = bench('--method', 'never', '--', process.execPath, '-e', child);
    const [socket] = await connected;
    await once(
      socket.resume().on('error', () => undefined),
      'close',
    );
    assert.equal((await result).failures.childExits, 1);
    alive.close();
  });

  it('what a server says is told without its control characters', async () => {
    const script = 'process.stderr.write("\\u001b[2Jno\\tconfiguration\\n"); process.exit(3)';
    const result = await bench('--requests', '4', '--', process.execPath, '-e', script);
    assert.ok(
      result.failureReasons.includes('the child process ended with 3:  [2Jno configuration'),
    );
  });

  it('an echo of the request is its reply where that is allowed, and told where it is not', async () => {
    const echo = ['--', process.execPath, '-e', 'process.stdin.pipe(process.stdout)'];
    const allowed = await bench('--requests', '50', '--depth', '5', '--allow-echo', ...echo);
    assert.equal(allowed.passed, true, allowed.failureReasons.join('; '));
    assert.equal(allowed.totals.replies, 50);
    const refused = await bench('--requests', '2', '--timeout', '1s', ...echo);
    assert.equal(refused.failures.foreign, 2);
    assert.match(refused.failureReasons.join('\n'), /allow it with --allow-echo/);
  });

  it('disturbing clients have figures of their own', async () => {
    const scenario = join(folder, 'disturbed.json');
    const mix = [{ method: 'note', notification: true }, { method: 'echo' }];
    writeFileSync(scenario, JSON.stringify({ mix }));
    // A load that leaves the server time for them, on a busy machine too.
    const result = await bench(
      ...[server.url, '--connections', '2', '--scenario', scenario],
      ...['--rate', '20', '--duration', '2s'],
      ...['--slow-readers', '1', '--churn', '20/s', '--big-messages', '1'],
    );
    assert.equal(result.passed, true, result.failureReasons.join('; '));
    const figures = result.disturbance ?? {};
    assert.ok(figures.churnAnswered! > 0);
    assert.equal(figures.churnFailed, 0);
    assert.ok(figures.bigMessagesReplies! > 0);
    assert.ok(figures.slowReadersRequests! >= 256);
  });
});
