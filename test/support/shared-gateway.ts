import type { TestContext } from 'node:test';
import { fixture } from './fixture.js';
import { GatewayProcess } from './gateway-process.js';
import { JsonRpcSocket } from './json-rpc-socket.js';

/** A gateway whose clients share one process of test/fixtures/shared-server.ts. */
export class SharedGateway {
  readonly process: GatewayProcess;
  readonly #t: TestContext;

  private constructor(t: TestContext, process: GatewayProcess) {
    this.#t = t;
    this.process = process;
  }

  static async start(t: TestContext, ...args: string[]): Promise<SharedGateway> {
    const mode = args.includes('--mode') ? [] : ['--mode', 'shared'];
    const command = fixture('shared-server');
    return new SharedGateway(
      t,
      await GatewayProcess.start(t, { args: [...mode, ...args], command }),
    );
  }

  connect(): Promise<JsonRpcSocket> {
    return JsonRpcSocket.open(this.#t, this.process.url);
  }

  /** A client that has done MCP's handshake. */
  async connectMcp(): Promise<JsonRpcSocket> {
    const client = await this.connect();
    await client.request('initialize', { protocolVersion: '2025-06-18' });
    client.notify('notifications/initialized');
    return client;
  }

  /** A client that has done LSP's handshake. */
  async connectLsp(): Promise<JsonRpcSocket> {
    const client = await this.connect();
    await client.request('initialize', { capabilities: {} });
    client.notify('initialized', {});
    return client;
  }
}

/** What the server has been sent, as it came. */
export async function seenBy(client: JsonRpcSocket): Promise<string[]> {
  return (await client.request('seen')).result as string[];
}

/** What it was sent that has this in it. */
export async function seenWith(client: JsonRpcSocket, text: string): Promise<string[]> {
  return (await seenBy(client)).filter((line) => line.includes(text));
}
