import { type ChildProcess, spawn } from 'node:child_process';
import { connect } from 'node:net';

/** How a server under test is started. */
export interface PeerCommand {
  readonly program: string;
  readonly args: readonly string[];
  /** Given where it does not print its URL. */
  readonly url?: string;
}

/** A running server under test; ended by process group, and it ends itself with our stdin pipe. */
export interface RunningPeer {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const POLL_MS = 50;

/** Starts a server and waits until it accepts connections. @throws Error with its last output */
export async function startPeer(command: PeerCommand): Promise<RunningPeer> {
  const child = spawn(command.program, command.args, {
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString('utf8')).slice(-2000);
    });
  }
  child.on('error', (error) => {
    said += error.message;
  });
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    const url = command.url ?? /^ws:\/\/\S+$/m.exec(said)?.[0];
    if (url !== undefined && (await accepts(url))) {
      return { url, pid: child.pid!, stop: () => stop(child) };
    }
    if (child.exitCode !== null || Date.now() > deadline) {
      await stop(child);
      throw new Error(`${command.program} did not start: ${said.trim().split('\n').at(-1) ?? ''}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function accepts(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function stop(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      resolve();
      return;
    }
    child.once('exit', () => resolve());
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      resolve();
    }
  });
}
