import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import { installed } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { McpTransport } from '../support/mcp-transport.js';
import { childrenOf } from '../support/process-table.js';
import { temporaryFolder } from '../support/temporary-folder.js';

const LONG_MS = 60_000;

function shared(t: TestContext, command: string[], args: string[] = []): Promise<GatewayProcess> {
  return GatewayProcess.start(t, { args: ['--mode', 'shared', ...args], command });
}

async function textOf(client: Client, name: string, args: object, options = {}): Promise<string> {
  const call = { name, arguments: { ...args } };
  const result = (await client.callTool(call, undefined, options)) as CallToolResult;
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

test('200 MCP clients on one server get their own results, progress and cancellations', async (t) => {
  const gateway = await shared(t, installed('mcp-server-everything', 'stdio'));
  const clients = await Promise.all(
    Array.from({ length: 200 }, async () => {
      const client = new Client({ name: 'sluice-test', version: '1.0.0' });
      await client.connect(new McpTransport(t, gateway.url));
      return client;
    }),
  );
  // The server, and the guard.
  assert.ok(childrenOf(gateway.pid).length <= 2);
  await Promise.all(
    clients.map(async (client, n) => {
      assert.ok((await client.listTools()).tools.length > 5);
      assert.match(
        await textOf(client, 'get-sum', { a: n, b: 1000 }),
        new RegExp(`\\b${n + 1000}\\b`),
      );
      assert.match(
        await textOf(client, 'echo', { message: `client ${n}` }),
        new RegExp(`client ${n}$`),
      );
    }),
  );
  await Promise.all(
    clients.slice(0, 40).map(async (client, n) => {
      const steps: number[] = [];
      const cancel = new AbortController();
      const call = textOf(
        client,
        'trigger-long-running-operation',
        { duration: 1, steps: 4 },
        {
          signal: cancel.signal,
          timeout: LONG_MS,
          onprogress: ({ progress }: { progress: number }) => {
            steps.push(progress);
            if (n % 4 === 0) cancel.abort('enough');
          },
        },
      );
      if (n % 4 === 0) await assert.rejects(call, /enough/);
      else {
        await call;
        // The SDK drops progress that arrives together with the result.
        assert.deepEqual(steps.slice(0, 3), [1, 2, 3]);
      }
    }),
  );
  assert.match(await textOf(clients[0]!, 'echo', { message: 'at the end' }), /at the end/);
  await Promise.all(clients.map((client) => client.close()));
});

test("20 editors' documents on one language server get their own diagnostics and completions", async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions":{"types":[]}}');
  const gateway = await shared(t, installed('typescript-language-server', '--stdio'), [
    '--framing',
    'content-length',
  ]);
  const editors = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const editor = await JsonRpcSocket.open(t, gateway.url);
      const { result } = await editor.request(
        'initialize',
        {
          processId: null,
          rootUri: pathToFileURL(folder).href,
          capabilities: { textDocument: { publishDiagnostics: {} } },
        },
        LONG_MS,
      );
      assert.ok('completionProvider' in (result as { capabilities: object }).capabilities);
      editor.notify('initialized', {});
      return editor;
    }),
  );
  await Promise.all(
    editors.map(async (editor, n) => {
      const uri = pathToFileURL(join(folder, `document${n}.ts`)).href;
      const text = `export const only${n} = { member${n}: 1 };\nonly${n}.`;
      editor.notify('textDocument/didOpen', {
        textDocument: { uri, languageId: 'typescript', version: 1, text },
      });
      const position = { line: 1, character: `only${n}.`.length };
      const { result } = await editor.request(
        'textDocument/completion',
        { textDocument: { uri }, position },
        LONG_MS,
      );
      const labels = (result as { items: { label: string }[] }).items.map(({ label }) => label);
      assert.ok(labels.includes(`member${n}`), `document ${n}: ${labels.slice(0, 5).join()}`);
      let told = false;
      while (!told) {
        const { method, params } = await editor.next(LONG_MS);
        told =
          method === 'textDocument/publishDiagnostics' && (params as { uri: string }).uri === uri;
      }
    }),
  );
  assert.equal((await editors[0]!.request('shutdown')).result, null);
  editors[0]!.notify('exit');
  assert.equal((await editors[0]!.close()).code, 1000);
  const uri = pathToFileURL(join(folder, 'document1.ts')).href;
  const hover = { textDocument: { uri }, position: { line: 0, character: 15 } };
  assert.ok((await editors[1]!.request('textDocument/hover', hover, LONG_MS)).result);
});

test('an editor that comes again after it has left opens its document again', async (t) => {
  const folder = temporaryFolder(t);
  const gateway = await shared(t, installed('typescript-language-server', '--stdio'), [
    '--framing',
    'content-length',
  ]);
  const uri = pathToFileURL(join(folder, 'document.ts')).href;
  for (const member of ['before', 'after']) {
    const editor = await JsonRpcSocket.open(t, gateway.url);
    const params = { processId: null, rootUri: pathToFileURL(folder).href, capabilities: {} };
    await editor.request('initialize', params, LONG_MS);
    editor.notify('initialized', {});
    const text = `const it = { ${member}: 1 };\nit.`;
    editor.notify('textDocument/didOpen', {
      textDocument: { uri, languageId: 'typescript', version: 1, text },
    });
    const { result } = await editor.request(
      'textDocument/completion',
      { textDocument: { uri }, position: { line: 1, character: 'it.'.length } },
      LONG_MS,
    );
    const labels = (result as { items: { label: string }[] }).items.map(({ label }) => label);
    assert.deepEqual(labels, [member]);
    editor.socket.close();
    await editor.close();
  }
});

test('50 clients on one codex exec-server run their own processes', async (t) => {
  const gateway = await shared(t, installed('codex', 'exec-server', '--listen', 'stdio'));
  await Promise.all(
    Array.from({ length: 50 }, async (_, n) => {
      const client = await JsonRpcSocket.open(t, gateway.url);
      client.send('{"id":1,"method":"initialize","params":{"clientName":"sluice-test"}}');
      assert.equal((await client.next(LONG_MS)).id, 1);
      client.send('{"method":"initialized","params":{}}');
      const processId = `process ${n}`;
      const argv = ['/bin/sh', '-c', `echo of client ${n}`];
      const env = { PATH: '/usr/bin:/bin' };
      const params = { processId, argv, cwd: 'file:///tmp', env, tty: false, arg0: null };
      client.send(JSON.stringify({ id: 2, method: 'process/start', params }));
      let output = '';
      for (let closed = false; !closed; ) {
        const { id, method, error, params: told } = await client.next(LONG_MS);
        assert.equal(error, undefined);
        const { processId: of, chunk = '' } = (told ?? {}) as {
          processId?: string;
          chunk?: string;
        };
        if (id !== undefined) assert.equal(id, 2);
        if (of !== processId) continue;
        output += Buffer.from(chunk, 'base64').toString();
        closed = method === 'process/closed';
      }
      assert.equal(output, `of client ${n}\n`);
    }),
  );
});
