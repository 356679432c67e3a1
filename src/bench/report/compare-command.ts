import { parseArgs } from 'node:util';
import type { RunResult } from '../run-result.js';
import { ReportError } from './report-error.js';
import { readRunFile } from './run-file.js';
import { formatChange, formatShare } from './units.js';
import {
  renderVersusText,
  summarizeVersus,
  type VersusMetric,
  type VersusSummary,
} from './versus.js';

const EXIT_SAME_OR_BETTER = 0;
const EXIT_FAILED = 1;
const EXIT_USAGE = 2;
const EXIT_WORSE = 99;

const USAGE = 'usage: sluice bench compare BEFORE.json AFTER.json [--fail-over PERCENT%]';

/** The operator used the command wrongly; the message is one line. */
class UsageError extends Error {}

interface CompareOptions {
  readonly before: string;
  readonly after: string;
  /** As a share: 0.1 for 10 %. Null: report only. */
  readonly failOver: number | null;
}

/**
 * `sluice bench compare before.json after.json [--fail-over 10%]`, with the arguments
 * after `compare`. Prints to stdout, complaints to stderr. Returns the exit code: 0 same
 * or better, 1 a file that cannot be read or holds no run, 2 bad usage, 99 worse than
 * --fail-over allows.
 */
export function runCompareCommand(argv: readonly string[]): number {
  try {
    const options = parseCompareArguments(argv);
    if (options === 'help') {
      process.stdout.write(`${USAGE}\n`);
      return EXIT_SAME_OR_BETTER;
    }
    const before = runsOfOneTarget(options.before);
    const after = runsOfOneTarget(options.after);
    const summary = summarizeVersus(before, after, ['before', 'after']);
    process.stdout.write(renderVersusText(summary));
    if (options.failOver === null) return EXIT_SAME_OR_BETTER;
    return judge(summary, options.failOver);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`sluice bench compare: ${error.message}; ${USAGE}\n`);
      return EXIT_USAGE;
    }
    if (error instanceof ReportError) {
      process.stderr.write(`sluice bench compare: ${error.message}\n`);
      return EXIT_FAILED;
    }
    throw error;
  }
}

function parseCompareArguments(argv: readonly string[]): CompareOptions | 'help' {
  const { values, positionals } = parseKnown(argv);
  if (values.help === true) return 'help';
  const [before, after, ...others] = positionals;
  if (before === undefined || after === undefined || others.length > 0) {
    throw new UsageError(`two files are needed, ${positionals.length} given`);
  }
  const failOver = values['fail-over'];
  return { before, after, failOver: failOver === undefined ? null : parseShare(failOver) };
}

const OPTIONS = {
  'fail-over': { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

function parseKnown(argv: readonly string[]) {
  refuseUnknown(argv);
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    // parseArgs adds advice of several sentences; the first says what is wrong.
    throw new UsageError(message.replace(/(\. |\n).*$/s, ''));
  }
}

function refuseUnknown(argv: readonly string[]): void {
  for (const argument of argv) {
    if (argument === '--') return;
    const name = /^--([^=]+)/.exec(argument)?.[1];
    if (name !== undefined && !(name in OPTIONS)) {
      throw new UsageError(`unknown option --${name} (did you mean --fail-over?)`);
    }
  }
}

/** "10%", "10 %" or "10" to 0.1. */
function parseShare(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  if (match === null) {
    throw new UsageError(`--fail-over takes a percentage like 10%, not ${JSON.stringify(text)}`);
  }
  return Number(match[1]) / 100;
}

function runsOfOneTarget(path: string): readonly RunResult[] {
  const runs = readRunFile(path);
  const targets = [...new Set(runs.map(({ target }) => target))];
  if (targets.length > 1) {
    throw new ReportError(
      'SLUICE_ERR_RUN_FILE',
      `${path}: holds runs of ${targets.length} targets (${targets.join(', ')}); compare needs one target in a file`,
    );
  }
  return runs;
}

function judge(summary: VersusSummary, failOver: number): number {
  const reasons = summary.metrics
    .filter((metric) => isWorse(metric, failOver))
    .map((metric) => `${metric.name} ${formatChange(metric.ratio)}`);
  if (summary.a.passed && !summary.b.passed)
    reasons.push('the run failed, which it did not before');
  // A server that answers with errors is often quicker.
  if (summary.b.failedShare > summary.a.failedShare + failOver) {
    const shares = [summary.a, summary.b].map(({ failedShare }) => formatShare(failedShare));
    reasons.push(`failures from ${shares[0]!} to ${shares[1]!} of the requests`);
  }
  if (reasons.length === 0) {
    process.stdout.write(`\nNot worse by more than ${formatLimit(failOver)}.\n`);
    return EXIT_SAME_OR_BETTER;
  }
  process.stdout.write(`\nWORSE by more than ${formatLimit(failOver)}: ${reasons.join(', ')}.\n`);
  return EXIT_WORSE;
}

/**
 * Beyond the limit, and not by chance. Where there are too few samples for an interval
 * the ratio alone decides: a gate that waves short runs through would be none.
 */
function isWorse(metric: VersusMetric, failOver: number): boolean {
  if (metric.verdict === 'better' || metric.verdict === 'no difference') return false;
  return metric.higherIsBetter ? metric.ratio < 1 - failOver : metric.ratio > 1 + failOver;
}

function formatLimit(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}
