import type { RunResult } from '../run-result.js';
import { FEWEST_SAMPLES } from '../statistics/ratio-interval.js';

const SHOWN_SETTING_CHARACTERS = 40;

/** A side of a comparison as its warnings need it. */
export interface ComparedSide {
  readonly name: string;
  readonly runs: readonly RunResult[];
  readonly samples: number;
}

/** What a reader of a comparison must know before trusting it, one sentence or two each. */
export function versusWarnings(
  a: ComparedSide,
  b: ComparedSide,
  sampleKind: 'run' | 'second',
): string[] {
  const warnings = [...sideWarnings(a), ...sideWarnings(b)];
  const differing = differingSettings(a.runs[0]!, b.runs[0]!);
  if (differing.length > 0) warnings.push(`The settings differ: ${differing.join(', ')}.`);
  if (a.runs[0]!.machine.cpuModel !== b.runs[0]!.machine.cpuModel) {
    warnings.push('The runs come from different machines.');
  }
  if (Math.min(a.samples, b.samples) < FEWEST_SAMPLES) {
    warnings.push(
      `An interval needs ${FEWEST_SAMPLES} samples on each side (a second of a run each, or a run each); there are ${a.samples} and ${b.samples}. Without it a difference cannot be told from chance.`,
    );
  } else if (sampleKind === 'second') {
    warnings.push(
      "Each figure is a median over the seconds of single runs (of the seconds' own p99, too): a change that has another cause (a busier machine) looks like a difference here. Several runs each (--vs) rule that out.",
    );
  }
  return warnings;
}

function sideWarnings({ name, runs }: ComparedSide): string[] {
  const warnings: string[] = [];
  const failed = runs.filter(({ passed }) => !passed);
  const limited = runs.filter(({ generator }) => generator.wasBottleneck);
  if (failed.length > 0) {
    const reasons = [...new Set(failed.flatMap(({ failureReasons }) => failureReasons))];
    warnings.push(`${outOf(failed, runs)} of ${name} failed: ${reasons.join(' | ')}.`);
  }
  if (limited.length > 0) {
    warnings.push(
      `THE LOAD GENERATOR WAS THE BOTTLENECK in ${outOf(limited, runs)} of ${name}: its figures are the generator's, not the server's.`,
    );
  }
  return warnings;
}

function outOf(some: readonly RunResult[], all: readonly RunResult[]): string {
  if (all.length === 1) return 'the run';
  return `${some.length} of ${all.length} runs`;
}

function differingSettings(a: RunResult, b: RunResult): string[] {
  const names = new Set([...Object.keys(a.settings), ...Object.keys(b.settings)]);
  const text = (value: unknown) => JSON.stringify(value ?? null);
  const shown = (value: unknown) => text(value).slice(0, SHOWN_SETTING_CHARACTERS);
  return (
    [...names]
      // The targets are named at the top of the comparison.
      .filter((name) => name !== 'target' && name !== 'url' && name !== 'vs')
      .filter((name) => text(a.settings[name]) !== text(b.settings[name]))
      .map((name) => `${name} ${shown(a.settings[name])} and ${shown(b.settings[name])}`)
  );
}
