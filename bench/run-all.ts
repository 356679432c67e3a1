/**
 * Runs the tinybench suites, the load generator's own benchmark and the comparison with the
 * plain server, each in a process of its own, and prints one table.
 *
 *     npm run bench [-- --json FILE]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { textColumns } from '../src/bench/report/text-columns.js';
import { formatCount } from '../src/bench/report/units.js';
import { progress } from './comparison/progress.js';
import { type ComparisonResult, runFacts, writeResult } from './comparison/result.js';
import { verdict } from './comparison/verdict.js';
import { JSON_OPTION, readJsonPath, readScriptArguments } from './script-arguments.js';

/** Times JSON.parse of the same bytes, for the native kernel at these sizes. */
const KERNEL_BAR = { times: 6, sizes: ['1.2 KB', '12 KB', '1.2 MB'] };

/** What the suites leave behind, as far as the table shows it. */
interface KernelResult {
  readonly rows: readonly {
    readonly size: string;
    readonly task: string;
    readonly megabytesPerSecond: number;
    readonly timesJsonParse: number;
  }[];
}
interface GeneratorResult {
  readonly medianGeneratorPerSecond: number;
  readonly ratio: number;
  readonly wanted: { readonly ratio: number };
}

interface Line {
  readonly suite: string;
  readonly what: string;
  readonly figure: string;
  readonly ratio: number;
  /** What the ratio is to. */
  readonly to: string;
  readonly atLeast: number | null;
}

const json = readScriptArguments(
  {
    name: 'bench',
    about:
      'Runs bench:kernel, bench:generator and bench:load one after the other, and prints one table with\n' +
      'their bars.',
    takes: 'about 2 min',
    options: JSON_OPTION,
  },
  readJsonPath,
);
const say = progress();
const scratch = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
const lines: Line[] = [];
try {
  lines.push(...kernelLines(run('kernel') as KernelResult));
  lines.push(generatorLine(run('generator') as GeneratorResult));
  lines.push(...loadLines(run('load') as ComparisonResult));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
const rows = lines.map(({ suite, what, figure, ratio, to, atLeast }) => [
  suite,
  what,
  figure,
  `${ratio.toFixed(2)} x ${to}`,
  atLeast === null ? '' : `>= ${atLeast}: ${verdict(ratio >= atLeast)}`,
]);
const header = ['suite', 'what', 'figure', 'ratio', 'bar'];
process.stdout.write(
  `${textColumns([header, ...rows], ['left', 'left', 'right', 'left', 'left']).join('\n')}\n`,
);
if (json !== null) writeResult(json, { name: 'bench', ...runFacts(), lines });

/** Runs one suite; its result. */
function run(suite: 'kernel' | 'generator' | 'load'): unknown {
  say(`${suite}.bench`);
  const script = fileURLToPath(new URL(`./${suite}.bench.js`, import.meta.url));
  const file = join(scratch, `${suite}.json`);
  // Its own table is left out: this one has its figures.
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  const { status } = spawnSync(process.execPath, [script, '--json', file], { stdio: [...stdio] });
  if (status !== 0) throw new Error(`${suite}.bench ended with ${String(status)}`);
  return JSON.parse(readFileSync(file, 'utf8'));
}

function kernelLines({ rows: measured }: KernelResult): Line[] {
  return measured
    .filter(({ task }) => task.endsWith('kernel'))
    .map(({ size, task, megabytesPerSecond, timesJsonParse }) => ({
      suite: 'kernel',
      what: `${task}, ${size}`,
      figure: `${formatCount(megabytesPerSecond)} MB/s`,
      ratio: timesJsonParse,
      to: 'JSON.parse',
      atLeast:
        task.startsWith('native') && KERNEL_BAR.sizes.includes(size) ? KERNEL_BAR.times : null,
    }));
}

function generatorLine({ medianGeneratorPerSecond, ratio, wanted }: GeneratorResult): Line {
  return {
    suite: 'generator',
    what: 'requests of 100 B',
    figure: `${formatCount(medianGeneratorPerSecond)}/s`,
    ratio,
    to: 'a usual ws client',
    atLeast: wanted.ratio,
  };
}

function loadLines({ ratios, series }: ComparisonResult): Line[] {
  return ratios.map(({ label, bytes, ratio, bar }) => {
    const [contender] = label.split(' / ');
    const own = series.find((one) => one.contender === contender && one.shape.bytes === bytes);
    const best = Math.max(...(own?.rounds ?? []).map((sample) => sample?.perSecond ?? 0));
    return {
      suite: 'load',
      what: `${contender}, ${bytes} B`,
      figure: `${formatCount(best)}/s`,
      ratio: ratio ?? 0,
      to: 'ws + JSON',
      atLeast: bar !== null && 'atLeast' in bar ? bar.atLeast : null,
    };
  });
}
