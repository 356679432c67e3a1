import { SluiceError, usageError } from '../../errors.js';
import { asksForHelp, type OptionSpecs, parseArguments } from '../../options/arguments.js';
import type { RunResult } from '../run-result.js';
import { readRunFile } from './run-file.js';
import { formatChange, formatShare } from './units.js';
import {
  renderVersusText,
  summarizeVersus,
  type VersusMetric,
  type VersusSummary,
} from './versus.js';

const EXIT_SAME_OR_BETTER = 0;
const EXIT_WORSE = 99;

const USAGE = 'usage: sluice bench compare BEFORE.json AFTER.json [--fail-over PERCENT%]';

const OPTIONS = {
  'fail-over': { value: 'PERCENT%', help: 'exits with 99 when worse by more than this' },
  help: { short: 'h', help: 'show this' },
} as const satisfies OptionSpecs;

/**
 * `sluice bench compare before.json after.json [--fail-over 10%]`, with the arguments
 * after `compare`. Prints to stdout. Returns the exit code: 0 same or better, 99 worse than
 * --fail-over allows. @throws SluiceError SLUICE_ERR_USAGE, or SLUICE_ERR_RUN_FILE for a file that
 * cannot be read or holds no run
 */
export function runCompareCommand(argv: readonly string[]): number {
  if (asksForHelp(argv)) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT_SAME_OR_BETTER;
  }
  const given = parseArguments(argv, OPTIONS);
  const [before, after, ...others] = given.positionals;
  if (before === undefined || after === undefined || others.length > 0) {
    throw usageError(`two files are needed, ${given.positionals.length} given; ${USAGE}`);
  }
  const failOver = given.read('fail-over', share);
  const summary = summarizeVersus(runsOfOneTarget(before), runsOfOneTarget(after), [
    'before',
    'after',
  ]);
  process.stdout.write(renderVersusText(summary));
  return failOver === null ? EXIT_SAME_OR_BETTER : judge(summary, failOver);
}

/** "10%", "10 %" or "10" to 0.1. */
function share(text: string, what: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text.trim());
  if (match === null) throw usageError(`${what} takes a percentage like 10%; "${text}" is none`);
  return Number(match[1]) / 100;
}

function runsOfOneTarget(path: string): readonly RunResult[] {
  const runs = readRunFile(path);
  const targets = [...new Set(runs.map(({ target }) => target))];
  if (targets.length > 1) {
    throw new SluiceError(
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
