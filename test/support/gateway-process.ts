import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { within } from './until.js';

/** The built command line. */
export const CLI = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

export interface GatewayOptions {
  /** Options of `sluice serve`; without a `--listen` among them, `ws://127.0.0.1:0`. */
  readonly args?: readonly string[];
  /** What stands after `--`. */
  readonly command?: readonly string[];
  /** Descriptors that it may have (`ulimit -n`); else as many as we. */
  readonly descriptors?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export type LogLine = Readonly<Record<string, unknown>> & { readonly msg?: string };

/** `sluice serve` as a process of its own, ended with its test. */
export class GatewayProcess {
  readonly process: ChildProcessWithoutNullStreams;
  readonly pid: number;
  /** Settled at its exit; its output may not have been read to the end: see ended(). */
  readonly exited: Promise<Exit>;
  readonly #closed: Promise<Exit>;
  stdout = '';
  stderr = '';

  private constructor(t: TestContext, options: GatewayOptions) {
    const { args = [], command = [] } = options;
    const listen = args.includes('--listen') ? [] : ['--listen', 'ws://127.0.0.1:0'];
    const separator = command.length > 0 ? ['--'] : [];
    const serve = [CLI, 'serve', '--log-format', 'json', ...listen, ...args];
    const limit = options.descriptors === undefined ? '' : `ulimit -n ${options.descriptors};`;
    this.process = spawn(
      '/bin/sh',
      ['-c', `${limit} exec "$@"`, 'sh', process.execPath, ...serve, ...separator, ...command],
      { env: { ...process.env, ...options.env }, cwd: options.cwd },
    );
    this.pid = this.process.pid!;
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code, signal) => resolve({ code, signal }));
    });
    this.#closed = new Promise((resolve) => {
      this.process.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.process.stdout.on('data', (chunk: Buffer) => {
      this.stdout += chunk.toString();
    });
    this.process.stderr.on('data', (chunk: Buffer) => {
      this.stderr += chunk.toString();
    });
    this.process.stdin.on('error', () => undefined);
    t.after(async () => {
      // Two different signals: two equal ones may arrive as one.
      this.process.kill('SIGTERM');
      this.process.kill('SIGINT');
      await this.exited;
    });
  }

  /** Starts it and waits until it accepts clients. */
  static async start(t: TestContext, options: GatewayOptions = {}): Promise<GatewayProcess> {
    const gateway = new GatewayProcess(t, options);
    await gateway.urls(1);
    return gateway;
  }

  /** Starts one whose standard input and output are the client's. */
  static overStdio(t: TestContext, options: GatewayOptions = {}): GatewayProcess {
    const args = ['--listen', 'stdio://', ...(options.args ?? [])];
    return new GatewayProcess(t, { ...options, args });
  }

  /** How it exited, when all of its output is there. */
  ended(): Promise<Exit> {
    return within('the end of the gateway', this.#closed);
  }

  /** The first bound address. */
  get url(): string {
    return this.stdout.split('\n', 1)[0]!;
  }

  /** The first `count` bound addresses, when they have been said. */
  async urls(count: number): Promise<string[]> {
    const lines = (): string[] => wholeLines(this.stdout);
    while (lines().length < count) await this.#says('the URL', this.process.stdout);
    return lines();
  }

  /** What it has logged so far. */
  get logs(): LogLine[] {
    return wholeLines(this.stderr)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as LogLine);
  }

  /** The first line of the log, past or to come, that `matches`. */
  async logged(what: string, matches: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.logs.find(matches);
      if (found !== undefined) return found;
      await this.#says(what, this.process.stderr);
    }
  }

  /** Settles when more has come from a stream; rejects when nothing more can. */
  async #says(what: string, stream: Readable): Promise<void> {
    if (stream.readableEnded) throw new Error(`the gateway ended without ${what}: ${this.stderr}`);
    await within(what, Promise.race([once(stream, 'data'), once(stream, 'end')]));
  }
}

/** The lines of a text; what comes behind the last line feed is none yet. */
function wholeLines(text: string): string[] {
  return text.split('\n').slice(0, -1);
}
