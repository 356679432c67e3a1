import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { installed } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { JsonRpcSocket } from '../support/json-rpc-socket.js';
import { temporaryFolder } from '../support/temporary-folder.js';

interface Diagnostics {
  readonly uri: string;
  readonly diagnostics: readonly { readonly code: number; readonly message: string }[];
}

const TYPE_NOT_ASSIGNABLE = 2322;

test('typescript-language-server gives diagnostics and completions over a WebSocket', async (t) => {
  const folder = temporaryFolder(t);
  writeFileSync(join(folder, 'tsconfig.json'), '{"compilerOptions":{"types":[]}}');
  const uri = pathToFileURL(join(folder, 'wrong.ts')).href;
  const gateway = await GatewayProcess.start(t, {
    args: ['--framing', 'content-length'],
    command: installed('typescript-language-server', '--stdio'),
  });
  const client = await JsonRpcSocket.open(t, gateway.url);
  const { result } = await client.request('initialize', {
    processId: null,
    rootUri: pathToFileURL(folder).href,
    capabilities: { textDocument: { publishDiagnostics: {} } },
  });
  assert.ok('completionProvider' in (result as { capabilities: object }).capabilities);
  client.notify('initialized', {});

  // Text with a character of several bytes: Content-Length counts bytes.
  const text = "// größer 🎉\nconst wrong: number = 'text';\nwrong.toFi";
  client.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: 'typescript', version: 1, text },
  });
  const completion = await client.request(
    'textDocument/completion',
    { textDocument: { uri }, position: { line: 2, character: 10 } },
    30_000,
  );
  const { items } = completion.result as { items: { label: string }[] };
  assert.ok(items.some(({ label }) => label === 'toFixed'));

  for (;;) {
    const { method, params } = await client.next(30_000);
    if (method !== 'textDocument/publishDiagnostics') continue;
    const { uri: of, diagnostics } = params as Diagnostics;
    assert.equal(of, uri);
    if (diagnostics.some(({ code }) => code === TYPE_NOT_ASSIGNABLE)) break;
  }

  assert.equal((await client.request('shutdown')).result, null);
  client.notify('exit');
  assert.deepEqual(await client.close(), { code: 1000, reason: 'the server exited with code 0' });
});
