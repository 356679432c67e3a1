import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Comparison } from './peers/comparison-table.js';

/**
 * The benchmarks that need nothing but this package: the kernels beside JSON.parse, the load
 * generator beside a usual client, and the gateway beside a plain `ws` server; in one table.
 *
 *     npm run bench
 */
interface KernelReport {
  readonly rows: readonly {
    readonly size: string;
    readonly task: string;
    readonly nsPerFrame: number;
    readonly timesJsonParse: number;
  }[];
}

interface GeneratorReport {
  readonly medianGeneratorPerSecond: number;
  readonly ratio: number;
}

const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const kernelFile = join(folder, 'kernel.json');
const loadFile = join(folder, 'load.json');

say('kernels...');
run('./kernel.bench.js', [kernelFile], 'ignore');
say('load generator...');
const generator = JSON.parse(run('./generator.bench.js', [], 'pipe')) as GeneratorReport;
say('gateway and plain server...');
run('./peers.bench.js', ['--only', 'load', '--json', loadFile], 'ignore');

const kernels = JSON.parse(readFileSync(kernelFile, 'utf8')) as KernelReport;
const { comparisons } = JSON.parse(readFileSync(loadFile, 'utf8')) as {
  comparisons: readonly Comparison[];
};
rmSync(folder, { recursive: true });
const rows = [
  ['what', 'size', 'figure', 'ratio'],
  ['---', '---', '---', '---'],
  ...kernels.rows.map(({ size, task, nsPerFrame, timesJsonParse }) => [
    task,
    size,
    `${Math.round(nsPerFrame)} ns`,
    `${timesJsonParse} times JSON.parse`,
  ]),
  [
    'load generator, raw echo',
    '100 B',
    `${generator.medianGeneratorPerSecond}/s`,
    `${generator.ratio} times a usual ws client`,
  ],
  ...comparisons.map(loadRow),
];
process.stdout.write(`${rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`);

function loadRow({ bytes, results }: Comparison): string[] {
  const own = results.find(({ name }) => name === 'sluice')!;
  const plain = results.find(({ name }) => name !== 'sluice')!;
  const ratio = own.medianPerSecond / plain.medianPerSecond;
  const figure = `${Math.round(own.medianPerSecond)}/s`;
  return ['gateway, echo', `${bytes} B`, figure, `${ratio.toFixed(2)} times ${plain.name}`];
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** Runs one benchmark in a process of its own; its output. Ends this one where it fails. */
function run(file: string, args: readonly string[], stdout: 'pipe' | 'ignore'): string {
  const script = fileURLToPath(new URL(file, import.meta.url));
  const done = spawnSync(process.execPath, [script, ...args], {
    stdio: ['ignore', stdout, 'inherit'],
    encoding: 'utf8',
  });
  if (done.status !== 0) process.exit(1);
  return stdout === 'pipe' ? done.stdout : '';
}
