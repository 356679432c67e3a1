import type { TestContext } from 'node:test';
import { fixture } from './fixture.js';
import { GatewayProcess } from './gateway-process.js';
import type { JsonRpcSocket } from './json-rpc-socket.js';

/** A gateway whose clients share one recording server. */
export function sharedGateway(
  t: TestContext,
  args: readonly string[] = [],
): Promise<GatewayProcess> {
  return GatewayProcess.start(t, {
    args: ['--mode', 'shared', ...args],
    command: fixture('recording-server'),
  });
}

/** Lines that the recording server was sent. */
export async function receivedLines(client: JsonRpcSocket): Promise<string[]> {
  return (await client.request('received')).result as string[];
}

/** Methods that it was sent; answers of clients are ''. */
export async function receivedMethods(client: JsonRpcSocket): Promise<string[]> {
  const lines = await receivedLines(client);
  return lines.map((line) => (JSON.parse(line) as { method?: string }).method ?? '');
}
