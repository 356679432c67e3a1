import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  type CallToolResult,
  CreateMessageRequestSchema,
  ElicitRequestSchema,
  ListRootsRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { installed } from '../support/fixture.js';
import { GatewayProcess } from '../support/gateway-process.js';
import { McpTransport } from '../support/mcp-transport.js';
import { childrenOf } from '../support/process-table.js';
import { until } from '../support/until.js';

const EVERYTHING = installed('mcp-server-everything', 'stdio');

/** A client of the MCP SDK that can be asked for roots, samples and input. */
async function connect(t: TestContext, gateway: GatewayProcess, root: string): Promise<Client> {
  const client = new Client(
    { name: 'sluice-test', version: '1.0.0' },
    { capabilities: { sampling: {}, elicitation: {}, roots: { listChanged: true } } },
  );
  client.setRequestHandler(ListRootsRequestSchema, () => ({ roots: [{ uri: root }] }));
  client.setRequestHandler(CreateMessageRequestSchema, ({ params }) => ({
    model: 'none',
    role: 'assistant' as const,
    content: { type: 'text' as const, text: `sampled with ${params.maxTokens}` },
  }));
  client.setRequestHandler(ElicitRequestSchema, () => ({ action: 'decline' as const }));
  await client.connect(new McpTransport(t, gateway.url));
  return client;
}

/** The text that a tool answers with. */
async function callTool(client: Client, name: string, args: object, options = {}): Promise<string> {
  const result = (await client.callTool(
    { name, arguments: { ...args } },
    undefined,
    options,
  )) as CallToolResult;
  return result.content.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

test('an MCP client works with a server that only speaks stdio', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: EVERYTHING });
  const client = await connect(t, gateway, 'file:///first');
  assert.equal(client.getServerVersion()?.name, 'mcp-servers/everything');

  const { tools } = await client.listTools();
  assert.ok(tools.some(({ name }) => name === 'get-sum'));
  assert.match(await callTool(client, 'get-sum', { a: 2, b: 40 }), /42/);
  assert.match(await callTool(client, 'echo', { message: 'héllo 🎉\n' }), /héllo 🎉\n/);

  const progress: number[] = [];
  await callTool(
    client,
    'trigger-long-running-operation',
    { duration: 0.5, steps: 5 },
    { onprogress: (step: { progress: number }) => progress.push(step.progress) },
  );
  assert.deepEqual(progress, [1, 2, 3, 4, 5]);

  assert.match(
    await callTool(client, 'trigger-sampling-request', { prompt: 'hello', maxTokens: 77 }),
    /sampled with 77/,
  );
  assert.match(await callTool(client, 'trigger-elicitation-request', {}), /declined/);
  assert.match(await callTool(client, 'get-roots-list', {}), /file:\/\/\/first/);

  await assert.rejects(client.request({ method: 'no/such/method' }, ListRootsRequestSchema), {
    code: -32601,
  });
  await client.close();
  await until('its server is gone', () => childrenOf(gateway.pid).length <= 1);
});

test('two MCP clients have a server each', async (t) => {
  const gateway = await GatewayProcess.start(t, { command: EVERYTHING });
  const [first, second] = await Promise.all([
    connect(t, gateway, 'file:///first'),
    connect(t, gateway, 'file:///second'),
  ]);
  await Promise.all([first.listTools(), second.listTools()]);
  assert.match(await callTool(first, 'get-roots-list', {}), /file:\/\/\/first/);
  await first.close();
  assert.match(await callTool(second, 'get-roots-list', {}), /file:\/\/\/second/);
  await second.close();
});
