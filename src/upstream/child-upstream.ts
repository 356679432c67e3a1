import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { messageOf } from '../errors.js';
import { createSplitter } from '../framing/create-splitter.js';
import { framed } from '../framing/message-framing.js';
import { type Framing, framingWord, type SplitterEvents } from '../framing/splitter.js';
import type { Flow } from '../lane/flow.js';
import { SHOWN_NOISE_BYTES, STOP_GRACE_MS } from '../limits.js';
import type { Logger } from '../log.js';
import { endGroup, signalGroup } from '../process-group.js';
import { slabs } from '../transport/slabs.js';
import { StreamSink, type WriteNow } from '../transport/stream-sink.js';
import { StreamSource } from '../transport/stream-source.js';
import { type ChildChannel, PipeChannel, type Pipes, SocketChannel } from './child-channel.js';
import { logLines } from './line-log.js';
import type { OrphanGuard } from './orphan-guard.js';
import { SilenceWarning } from './silence-warning.js';
import type { Upstream, UpstreamEvents } from './upstream.js';
import type { Wakeups } from './wakeup-preemption.js';

const EXITED = 'the process has exited';
const NOTHING_LEFT = 'no descriptors or processes are left';

export interface ChildCommand {
  /** Absolute path: findProgram(). */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly framing: Framing;
  readonly maxPayloadBytes: number;
  /** For its input and output to be pipes; null: sockets. */
  readonly pipes: Pipes | null;
  /** For the process not to interrupt a busy gateway; null: it may. */
  readonly wakeups: Wakeups | null;
}

/**
 * A server as a child process, without a shell and in a process group of its own, that
 * speaks on its standard input and output. Its stderr is always drained, into the log.
 */
export class ChildUpstream implements Upstream {
  readonly framing: number;
  readonly opening = null;
  readonly source: StreamSource;
  readonly sink: StreamSink;
  readonly #process: ChildProcess;
  readonly #output: Readable;
  readonly #events: UpstreamEvents;
  readonly #guard: OrphanGuard;
  readonly #log: Logger;
  readonly #exited: Promise<void>;
  readonly #silence: SilenceWarning;
  /** Of its stderr. */
  readonly #lastLine: () => string;
  #stopping: Promise<void> | null = null;
  #inputFailed = false;
  #isEndedByUs = false;
  /** Nobody wants anything of it any more. */
  #isUnneeded = false;
  /** The process and all of its group are gone: its number may mean somebody else. */
  #groupGone = false;

  constructor(command: ChildCommand, events: UpstreamEvents, guard: OrphanGuard, log: Logger) {
    this.#events = events;
    this.#guard = guard;
    this.framing = framingWord(command.framing);
    const channel = openChannel(command.pipes);
    const child = startProcess(command, channel);
    this.#process = child;
    this.#log = log.child({ pid: child.pid });
    this.#silence = new SilenceWarning(command.framing, this.#log);
    if (child.pid !== undefined) guard.watch(child.pid);
    const { input, writeNow, output } = channel.open(child, (bytes) => {
      this.#silence.end();
      this.source.borrow(bytes);
    });
    this.#output = output;
    this.source = new StreamSource(this.#output, this.#splitter(command), {
      failed: (error) => this.#log.warn({ err: error }, 'cannot read from the process'),
    });
    this.sink = new StreamSink(
      input,
      (error) => this.#inputLost(error),
      uninterrupted(writeNow, child.pid, command.wakeups),
    );
    this.#lastLine = logLines(child.stderr!, this.#log);
    this.#exited = new Promise((resolve) => {
      child.once('error', (error) => {
        // Without a process there is no exit event; the streams end by themselves.
        if (child.pid === undefined) {
          events.gone(`the server cannot be started: ${whyNotStarted(command, error)}`, {
            code: null,
            signal: null,
          });
          resolve();
        }
      });
      child.once('exit', (code, signal) => {
        this.#processExited(code, signal);
        resolve();
      });
    });
  }

  start(flow: Flow): void {
    this.source.start(flow);
  }

  sendOne(message: Uint8Array, sent?: () => void): void {
    this.sink.writeOwn(framed(message, this.framing), sent);
  }

  asked(): void {
    this.#silence.asked();
  }

  closeInput(): void {
    this.sink.end();
  }

  discardOutput(): void {
    this.#isUnneeded = true;
    this.#silence.end();
    this.source.discard();
  }

  stop(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stopNow(graceMs);
    return this.#stopping;
  }

  async #stopNow(graceMs: number): Promise<void> {
    this.#silence.end();
    const { pid } = this.#process;
    if (pid !== undefined && !this.#groupGone) {
      await endGroup(pid, graceMs, () => {
        this.#isEndedByUs = true;
      });
      this.#forgetGroup(pid);
    }
    await this.#exited;
  }

  #splitter({ framing, maxPayloadBytes }: ChildCommand): ReturnType<typeof createSplitter> {
    const events: SplitterEvents = {
      oversize: (limitBytes) => this.#events.oversize(limitBytes),
      noise: (line) =>
        this.#events.noise(
          `not a valid header: ${Buffer.from(line).toString('utf8', 0, SHOWN_NOISE_BYTES)}`,
        ),
    };
    return createSplitter(framing, maxPayloadBytes, events, slabs);
  }

  #processExited(code: number | null, signal: NodeJS.Signals | null): void {
    this.#silence.end();
    const { pid } = this.#process;
    const how = signal === null ? `exited with code ${code ?? 0}` : `was ended by ${signal}`;
    const isExpected = code === 0 || this.#isEndedByUs || this.#isUnneeded;
    if (isExpected) this.#log.info({ code, signal }, EXITED);
    else {
      // After what it said last has been read.
      setImmediate(() => this.#log.warn({ code, signal, lastLine: this.#lastLine() }, EXITED));
    }
    endWhenSilent(this.#output);
    endWhenSilent(this.#process.stderr!);
    const lost = this.#inputFailed && this.#isEndedByUs && signal !== null;
    const reason = lost ? 'the server closed its input' : `the server ${how}`;
    this.#events.gone(reason, { code, signal }, code === 0);
    // What it started and left behind may hold its output open; it ends with it.
    if (pid !== undefined && signalGroup(pid, 'SIGTERM')) void this.stop(STOP_GRACE_MS);
    else if (pid !== undefined) this.#forgetGroup(pid);
  }

  #forgetGroup(pid: number): void {
    if (this.#groupGone) return;
    this.#groupGone = true;
    this.#guard.forget(pid);
  }

  /** A process that does not take input any more is of no use: it ends. */
  #inputLost(error: Error): void {
    this.#inputFailed = true;
    this.#log.debug({ err: error }, 'cannot write to the process');
    void this.stop(STOP_GRACE_MS);
  }
}

function openChannel(pipes: Pipes | null): ChildChannel {
  if (pipes === null) return new SocketChannel();
  try {
    return new PipeChannel(pipes);
  } catch (error) {
    throw new Error(NOTHING_LEFT, { cause: error });
  }
}

function uninterrupted(
  writeNow: WriteNow | null,
  pid: number | undefined,
  wakeups: Wakeups | null,
): WriteNow | null {
  if (writeNow === null || wakeups === null || pid === undefined) return writeNow;
  const beforeWrite = wakeups.beforeWrites(pid);
  return (bytes) => {
    beforeWrite();
    return writeNow(bytes);
  };
}

/** Where program and folder are there, what is missing is what the program asks to be run with. */
function whyNotStarted({ program, cwd }: ChildCommand, error: NodeJS.ErrnoException): string {
  if (error.code !== 'ENOENT') return messageOf(error);
  if (!existsSync(cwd)) return `${messageOf(error)}; the folder ${cwd} is gone (--cwd)`;
  if (!existsSync(program)) return messageOf(error);
  return `${messageOf(error)}; the interpreter in its first line (#!) is missing, or that line ends with CR LF`;
}

/** @throws Error when it cannot be started; then nothing of `channel` is open */
function startProcess(command: ChildCommand, channel: ChildChannel): ChildProcess {
  const { program, args, cwd, env } = command;
  try {
    const stdio = [channel.input, channel.output, 'pipe'] as const;
    const child = spawn(program, args, { cwd, env, detached: true, stdio: [...stdio] });
    // Out of descriptors or processes, spawn() returns a child without streams.
    if ((child.stderr as Readable | undefined) !== undefined) return child;
    child.once('error', () => undefined);
    throw new Error(NOTHING_LEFT);
  } catch (error) {
    channel.abandon();
    throw error;
  }
}

/**
 * Ends an output of a process that has exited once nothing comes any more: what the
 * process has started outside of its group may hold it open for ever. Output that waits
 * for a slow client is no silence.
 */
function endWhenSilent(output: Readable & { readonly bytesRead?: number }): void {
  let bytesSeen = -1;
  const timer = setInterval(() => {
    if (!output.isPaused() && output.bytesRead === bytesSeen) output.destroy();
    bytesSeen = output.bytesRead ?? 0;
  }, STOP_GRACE_MS / 2);
  timer.unref();
  output.once('close', () => clearInterval(timer));
}
