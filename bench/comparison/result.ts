import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { machineFacts, versions } from '../../src/bench/measurement/machine.js';
import type { Bar } from './bars.js';
import type { Sample, Shape, Timing } from './measure.js';
import { ROOT } from './paths.js';
import type { GroupName } from './plan.js';

/** All rounds of one trial. */
export interface Series {
  readonly group: GroupName;
  readonly contender: string;
  readonly shape: Shape;
  readonly timing: Timing;
  /** In order; null where it was not measured in that round, after a failure. */
  readonly rounds: readonly (Sample | null)[];
}

/** A ratio and what it was made from. */
export interface Ratio {
  readonly group: GroupName;
  readonly label: string;
  readonly figure: 'perSecond' | 'p50Us';
  readonly bytes: number;
  readonly perRound: readonly number[];
  /** Median of the rounds' ratios; null where one of the two could not be measured. */
  readonly ratio: number | null;
  readonly bar: Bar | null;
  /** Null without a bar or a ratio. */
  readonly met: boolean | null;
}

/** What a comparison leaves behind: the content of bench/results/peers.json. */
export interface ComparisonResult {
  readonly name: 'peers' | 'load';
  readonly measuredAt: string;
  readonly isQuick: boolean;
  readonly commit: string | null;
  readonly machine: ReturnType<typeof machineFacts>;
  readonly versions: Readonly<Record<string, string>>;
  readonly groups: readonly { readonly name: GroupName; readonly title: string }[];
  readonly leftOut: readonly { readonly contender: string; readonly why: string }[];
  readonly series: readonly Series[];
  readonly ratios: readonly Ratio[];
}

/** The facts that belong to every saved result. */
export function runFacts(): Pick<
  ComparisonResult,
  'measuredAt' | 'commit' | 'machine' | 'versions'
> {
  return {
    measuredAt: new Date().toISOString(),
    commit: commit(),
    machine: machineFacts(),
    versions: { ...versions() },
  };
}

export function writeResult(path: string, result: object): void {
  writeFileSync(path, `${JSON.stringify(result, null, 2)}\n`);
}

export function readResult(path: string): ComparisonResult {
  return JSON.parse(readFileSync(path, 'utf8')) as ComparisonResult;
}

/** Null outside a repository. */
function commit(): string | null {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return null;
  }
}
