import type { BenchOptions } from './options/bench-options.js';
import { helpText } from './options/option-table.js';
import { parseOptions } from './options/parse-options.js';
import { UsageError } from './options/usage-error.js';
import { runCompareCommand } from './report/compare-command.js';
import { createLivePanel } from './report/live-panel.js';
import { ReportError } from './report/report-error.js';
import { renderRunText } from './report/text-table.js';
import { writeReports } from './report/write-reports.js';
import { plannedMs, type RunWatch, runBenchmark } from './run-benchmark.js';
import type { RunResult } from './run-result.js';

const EXIT_GOOD = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_BROKEN_EXPECTATION = 99;

/**
 * `sluice bench`, with the arguments after `bench`. The result goes to stdout, what
 * happens meanwhile and complaints to stderr. Returns the exit code: 0 good, 1 a failed
 * run, 2 bad usage, 99 a broken --expect.
 */
export async function runBenchCommand(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'compare') return runCompareCommand(argv.slice(1));
  const own = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv;
  if (own.includes('--help') || own.includes('-h')) {
    process.stdout.write(helpText());
    return EXIT_GOOD;
  }
  try {
    return await measure(parseOptions(argv));
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof ReportError)) throw error;
    process.stderr.write(`sluice bench: ${error.message}\n`);
    return error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

async function measure(options: BenchOptions): Promise<number> {
  const interrupt = new AbortController();
  const onSignal = (): void => interrupt.abort();
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  try {
    return await measureOnce(options, interrupt.signal);
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
  }
}

async function measureOnce(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const panel = options.isQuiet ? null : createLivePanel(process.stderr, plannedMs(options));
  const watch: RunWatch = { signal, onSnapshot: (snapshot) => panel?.update(snapshot) };
  const result = await runBenchmark(options, options.target, watch);
  panel?.finish();
  process.stdout.write(renderRunText(result));
  writeReports(result, options.reports);
  return exitCode([result]);
}

/** A broken expectation is told only of runs that did not fail: a failed run's figures mean nothing. */
function exitCode(results: readonly RunResult[]): number {
  if (results.some((result) => !result.passed)) return EXIT_FAILED;
  const broken = results.flatMap(({ expectations }) => expectations).filter((one) => !one.passed);
  for (const { expression } of broken) {
    process.stderr.write(`sluice bench: the expectation ${expression} is broken\n`);
  }
  return broken.length > 0 ? EXIT_BROKEN_EXPECTATION : EXIT_GOOD;
}
