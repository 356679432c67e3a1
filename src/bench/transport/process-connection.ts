import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { endGroup, signalGroup } from '../../process-group.js';
import { CHILD_GRACE_MS, STDERR_TAIL_BYTES } from '../bench-limits.js';
import { ContentLengthReader } from '../framing/content-length-reader.js';
import { LineReader } from '../framing/line-reader.js';
import type { MessageReader } from '../framing/message-sink.js';
import { ConnectFailure, type Connection, type ConnectionOwner } from './connection.js';
import type { ProcessTarget } from './target.js';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** What node writes below the message of an uncaught error: its stack, its fields, the version. */
const NODE_TRAILER = /^ {2}|^[{}]|^$|^Node\.js v\d/;
/** Children that live now: none of them may outlive the benchmark, however it ends. */
const living = new Set<Child>();
process.on('exit', () => {
  for (const { pid } of living) signalGroup(pid!, 'SIGKILL');
});

/** A child process that speaks JSON-RPC over its stdin and stdout. Spawned without a shell. */
export class ProcessConnection implements Connection {
  readonly #owner: ConnectionOwner;
  readonly #child: Child;
  readonly #reader: MessageReader;
  /** The last that the child said on stderr: it explains a failure better than an exit code. */
  #stderrTail = '';
  #isClosing = false;
  #isEnded = false;

  private constructor(target: ProcessTarget, owner: ConnectionOwner) {
    const [command = '', ...args] = target.command;
    this.#owner = owner;
    // A group of its own, so that what the child starts is ended with it.
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const sink = {
      onMessage: (bytes: Buffer, start: number, end: number) => owner.onMessage(bytes, start, end),
      onBroken: (reason: string) => this.#onBroken(reason),
    };
    this.#reader =
      target.framing === 'ndjson' ? new LineReader(sink) : new ContentLengthReader(sink);
  }

  /** Spawns; rejects with ConnectFailure where that is not possible. */
  static open(target: ProcessTarget, owner: ConnectionOwner): Promise<ProcessConnection> {
    const connection = new ProcessConnection(target, owner);
    const child = connection.#child;
    return new Promise((resolve, reject) => {
      child.once('error', (error) => {
        const reason = `cannot start ${target.command[0]!}: ${error.message}`;
        reject(new ConnectFailure('child', `${reason}; check the command after --`));
      });
      child.once('spawn', () => {
        living.add(child);
        connection.#listen();
        owner.onOpened(connection);
        resolve(connection);
      });
    });
  }

  get pid(): number | null {
    return this.#child.pid ?? null;
  }

  get isWriteDone(): boolean {
    return this.#child.stdin.writableLength === 0;
  }

  write(bytes: Buffer): boolean {
    // A dead child's pipe never drains; its end is told through onEnded.
    return this.#child.stdin.destroyed || this.#child.stdin.write(bytes);
  }

  pause(): void {
    this.#child.stdout.pause();
  }

  resume(): void {
    this.#child.stdout.resume();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    const child = this.#child;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.stdout.resume();
    child.stdin.end();
    await endGroup(child.pid!, CHILD_GRACE_MS);
  }

  #listen(): void {
    const { stdin, stdout, stderr } = this.#child;
    const owner = this.#owner;
    stdout.on('data', (chunk: Buffer) => {
      owner.onChunk(chunk.length);
      this.#reader.push(chunk, 0, chunk.length);
      owner.onChunkEnd();
    });
    stdin.on('drain', () => owner.onWritable());
    // EPIPE says what the exit says better.
    stdin.on('error', () => undefined);
    stderr.on('data', (chunk: Buffer) => {
      this.#stderrTail = (this.#stderrTail + chunk.toString()).slice(-STDERR_TAIL_BYTES);
    });
    this.#child.on('exit', (code, signal) => {
      living.delete(this.#child);
      // What the child has started and left behind goes too, and lets go of its stdout.
      signalGroup(this.#child.pid!, 'SIGKILL');
      const how = signal ?? String(code);
      // The rest of stdout comes first: replies may still be in the pipe. A process that
      // left the group may hold it open for ever.
      const end = (): void => this.#end('child-exit', how, this.#exitReason(how));
      const patience = setTimeout(end, CHILD_GRACE_MS);
      this.#child.once('close', () => {
        clearTimeout(patience);
        end();
      });
    });
  }

  #exitReason(how: string): string {
    const lines = this.#stderrTail.trim().split('\n');
    const lastLine = lines.findLast((line) => !NODE_TRAILER.test(line)) ?? '';
    return `the child process ended with ${how}${lastLine === '' ? '' : `: ${lastLine}`}`;
  }

  #onBroken(reason: string): void {
    this.#owner.onBroken(reason);
    this.#end('protocol-error', '', reason);
    signalGroup(this.#child.pid!, 'SIGTERM');
  }

  #end(kind: 'child-exit' | 'protocol-error', closeCode: string, reason: string): void {
    if (this.#isEnded || this.#isClosing) return;
    this.#isEnded = true;
    this.#owner.onEnded({ kind, closeCode, reason });
  }
}
