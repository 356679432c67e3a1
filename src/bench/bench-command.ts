import { asksForHelp } from '../options/arguments.js';
import { optionsHelp } from '../options/options-help.js';
import { findMax } from './find-max.js';
import { measureInTurn } from './measure-in-turn.js';
import type { BenchOptions } from './options/bench-options.js';
import { BENCH_OPTION_GROUPS } from './options/option-table.js';
import { parseBenchOptions } from './options/parse-options.js';
import { runCompareCommand } from './report/compare-command.js';
import { renderFindMaxText } from './report/find-max-text.js';
import { renderFindMaxJson, renderVersusJson } from './report/json.js';
import { latencyCell } from './report/latency-rows.js';
import { createLivePanel, type LivePanel } from './report/live-panel.js';
import { renderRunText } from './report/text-table.js';
import { formatRate } from './report/units.js';
import { renderVersusText, summarizeVersus } from './report/versus.js';
import { writeAnswer, writeReports } from './report/write-reports.js';
import { type RunWatch, runBenchmark } from './run-benchmark.js';
import { plannedMs } from './run-progress.js';
import type { RunResult } from './run-result.js';
import type { Target } from './transport/target.js';

const EXIT_GOOD = 0;
const EXIT_FAILED = 1;
const EXIT_BROKEN_EXPECTATION = 99;

const BENCH_HELP = `Measures a JSON-RPC server under load and checks every reply.

  sluice bench URL [options]                 ws:// or wss://
  sluice bench [options] -- COMMAND args...  a server on stdio
  sluice bench compare BEFORE.json AFTER.json [--fail-over 10%]

${optionsHelp(BENCH_OPTION_GROUPS)}

Exit code: 0 good, 1 the run failed, 2 bad usage, 99 an --expect, or the
--fail-over of compare, is broken.
`;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `sluice bench`, with the arguments after `bench`. The result goes to stdout, what
 * happens meanwhile to stderr. Returns the exit code: 0 good, 1 a failed run, 99 a broken
 * --expect. @throws SluiceError SLUICE_ERR_USAGE, SLUICE_ERR_PROGRAM, SLUICE_ERR_RUN_FILE,
 * SLUICE_ERR_REPORT_UNWRITABLE
 */
export async function runBenchCommand(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'compare') return runCompareCommand(argv.slice(1));
  if (asksForHelp(argv)) {
    process.stdout.write(BENCH_HELP);
    return EXIT_GOOD;
  }
  return measure(parseBenchOptions(argv));
}

async function measure(options: BenchOptions): Promise<number> {
  const interrupt = new AbortController();
  // The second one does not wait for replies; children end with the process (see
  // ProcessConnection).
  const onSignal = (): void => {
    if (interrupt.signal.aborted) process.exit(EXIT_FAILED);
    interrupt.abort();
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  try {
    return await answer(options, interrupt.signal);
  } finally {
    for (const signal of SIGNALS) process.off(signal, onSignal);
  }
}

function answer(options: BenchOptions, signal: AbortSignal): Promise<number> {
  if (options.findMax !== null) return answerFindMax(options, signal);
  if (options.versusTarget !== null) return answerVersus(options, options.versusTarget, signal);
  return measureOnce(options, signal);
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

/**
 * The answer and all steps go into --json; the other reports show the run at the rate that was
 * found.
 */
async function answerFindMax(options: BenchOptions, signal: AbortSignal): Promise<number> {
  const watch = watchSeries(options, signal);
  const found = await findMax(options, watch, ({ rate, ok, result }) => {
    watch.end();
    if (options.isQuiet) return;
    const { latency } = result;
    const figures = `p50 ${latencyCell(latency, 'p50Us')}, p99 ${latencyCell(latency, 'p99Us')}`;
    process.stderr.write(
      `${formatRate(rate)}/s ${ok ? 'keeps' : 'breaks'} the limits: ${figures}\n`,
    );
  });
  process.stdout.write(renderFindMaxText(found));
  const { json, ...others } = options.reports;
  writeAnswer(renderFindMaxJson(found), json);
  const best = found.steps.findLast((step) => step.rate === found.maxRate) ?? found.steps.at(-1);
  if (best !== undefined) writeReports(best.result, others);
  if (found.maxRate === null || found.wasInterrupted) return EXIT_FAILED;
  return best === undefined ? EXIT_GOOD : brokenExpectations([best.result]);
}

/**
 * The comparison and all runs go into --json; the other reports show the last run of the first
 * target.
 */
async function answerVersus(
  options: BenchOptions,
  other: Target,
  signal: AbortSignal,
): Promise<number> {
  const watch = watchSeries(options, signal);
  const { a, b } = await measureInTurn(options, other, watch, (round, result) => {
    watch.end();
    if (options.isQuiet) return;
    const rate = `${formatRate(result.totals.repliesPerSecond)} replies/s`;
    const p99 = `p99 ${latencyCell(result.latency, 'p99Us')}`;
    process.stderr.write(
      `round ${round} of ${options.rounds}  ${result.target}  ${rate}, ${p99}\n`,
    );
  });
  if (a.length === 0 || b.length === 0) {
    process.stderr.write('sluice: interrupted before both targets were measured\n');
    return EXIT_FAILED;
  }
  const summary = summarizeVersus(a, b);
  process.stdout.write(renderVersusText(summary));
  const { json, ...others } = options.reports;
  writeAnswer(renderVersusJson(summary, { a, b }), json);
  writeReports(a.at(-1)!, others);
  return exitCode([...a, ...b]);
}

/** A watch on the runs of a series: a panel for each, on a terminal only, where it goes again. */
function watchSeries(options: BenchOptions, signal: AbortSignal): RunWatch & { end(): void } {
  const isShown = process.stderr.isTTY && !options.isQuiet;
  let panel: LivePanel | null = null;
  return {
    signal,
    onSnapshot: (snapshot) => {
      if (!isShown) return;
      panel ??= createLivePanel(process.stderr, plannedMs(options));
      panel.update(snapshot);
    },
    end: () => {
      panel?.finish();
      panel = null;
    },
  };
}

/**
 * A broken expectation is told only of runs that did not fail: a failed run's figures mean nothing.
 */
function exitCode(results: readonly RunResult[]): number {
  return results.every((result) => result.passed) ? brokenExpectations(results) : EXIT_FAILED;
}

function brokenExpectations(results: readonly RunResult[]): number {
  const broken = new Set<string>();
  for (const { target, expectations } of results) {
    const where = results.length > 1 ? ` by ${target}` : '';
    for (const { expression, passed } of expectations) {
      if (!passed) broken.add(`sluice: the expectation ${expression} is broken${where}\n`);
    }
  }
  for (const line of broken) process.stderr.write(line);
  return broken.size > 0 ? EXIT_BROKEN_EXPECTATION : EXIT_GOOD;
}
