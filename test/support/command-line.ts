import { spawn } from 'node:child_process';
import type { TestContext } from 'node:test';
import { CLI } from './gateway-process.js';
import { within } from './until.js';

export interface CommandLineRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandLineOptions {
  /** Its standard input; nothing where it is left out. */
  readonly input?: string;
  /** Variables besides ours. */
  readonly env?: Readonly<Record<string, string>>;
  /** In place of the command line that was built here. */
  readonly cli?: string;
}

/** Runs `sluice` with these arguments until it ends. */
export async function sluice(
  t: TestContext,
  args: readonly string[],
  { input = '', env = {}, cli = CLI }: CommandLineOptions = {},
): Promise<CommandLineRun> {
  const child = spawn(process.execPath, [cli, ...args], { env: { ...process.env, ...env } });
  t.after(() => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdin.on('error', () => undefined);
  child.stdin.end(input);
  const closed = new Promise<number | null>((resolve) => child.once('close', resolve));
  const code = await within(`the end of sluice ${args.join(' ')}`, closed);
  return { code, stdout, stderr };
}
