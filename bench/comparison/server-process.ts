import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { silentLogger } from '../../src/log.js';
import { signalGroup } from '../../src/process-group.js';
import { OrphanGuard } from '../../src/upstream/orphan-guard.js';

/** How to start a server, and how to know that it accepts clients. */
export interface ServerCommand {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Where it will listen; null where it prints its own ws:// URL on stdout. */
  readonly url: string | null;
}

const START_TIMEOUT_MS = 15_000;
const CONNECT_PAUSE_MS = 50;
/** What a server gets to end after the end of its stdin and SIGTERM. */
const STOP_GRACE_MS = 4_000;
const STDERR_TAIL_CHARACTERS = 2_000;

/** Ends the servers that are left when a benchmark itself is killed. */
const guard = new OrphanGuard(silentLogger());

/** A server under test in a process group of its own. */
export class ServerProcess {
  readonly url: string;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(child: ChildProcess, exited: Promise<unknown>, url: string) {
    this.#child = child;
    this.#exited = exited;
    this.url = url;
    this.pid = child.pid!;
  }

  /** Settles when it accepts connections. Rejects, with what it said, when it does not. */
  static async start(command: ServerCommand): Promise<ServerProcess> {
    const [program, ...args] = command.argv;
    const child = spawn(program!, args, {
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...command.env },
    });
    const exited = once(child, 'exit');
    // `exit` never comes for a program that cannot be started; waitForUrl says so.
    exited.catch(() => undefined);
    child.stdin.on('error', () => undefined);
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-STDERR_TAIL_CHARACTERS);
    });
    const abort = new AbortController();
    const timer = setTimeout(() => {
      abort.abort(new Error(`does not accept clients after ${START_TIMEOUT_MS} ms`));
    }, START_TIMEOUT_MS);
    child.once('error', (error) => abort.abort(error));
    child.once('exit', (code, signal) => abort.abort(new Error(`ended with ${code ?? signal}`)));
    if (child.pid !== undefined) guard.watch(child.pid);
    try {
      const url =
        command.url === null
          ? await printedUrl(child, abort.signal)
          : await accepting(command.url, abort.signal);
      return new ServerProcess(child, exited, url);
    } catch (error) {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
      throw new Error(`${program} ${(error as Error).message}; it said: ${stderr.trim()}`, {
        cause: error,
      });
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends it and its children; settles when it is gone. */
  async stop(): Promise<void> {
    this.#child.stdin?.end();
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => signalGroup(this.pid, 'SIGKILL'), STOP_GRACE_MS);
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.#exited;
    clearTimeout(timer);
    // What a server leaves behind must not disturb the next one.
    signalGroup(this.pid, 'SIGKILL');
    guard.forget(this.pid);
  }
}

/** The guard is a process: without this a benchmark that is done would go on. */
export function closeGuard(): void {
  guard.close();
}

/** A port of the loopback interface that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Waits for the first ws:// URL on stdout, and lets go of what comes after it. */
async function printedUrl(child: ChildProcess, signal: AbortSignal): Promise<string> {
  let said = '';
  for (;;) {
    const chunk = await once(child.stdout!, 'data', { signal }).catch(() => {
      throw signal.reason;
    });
    said += String(chunk[0]);
    const url = /^ws:\/\/\S+(?=\s)/m.exec(said)?.[0];
    if (url === undefined) continue;
    child.stdout!.resume();
    return url;
  }
}

async function accepting(url: string, signal: AbortSignal): Promise<string> {
  const port = Number(new URL(url).port);
  while (!(await isAccepting(port))) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, CONNECT_PAUSE_MS));
  }
  return url;
}

function isAccepting(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
