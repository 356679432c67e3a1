import { readFileSync } from 'node:fs';
import { SluiceError } from '../../errors.js';
import { fileErrorReason } from '../../file-error-reason.js';
import { type RunResult, SCHEMA_VERSION } from '../run-result.js';
import { FAILURE_LABELS } from './failure-labels.js';

/**
 * Reads what `--json FILE` wrote: one run, or an array of several. @throws SluiceError
 * (SLUICE_ERR_RUN_FILE) with one line that begins with the path.
 */
export function readRunFile(path: string): readonly RunResult[] {
  const refuse = (why: string): never => {
    throw new SluiceError('SLUICE_ERR_RUN_FILE', `${path}: ${why}`);
  };
  const parsed = parseFile(path, refuse);
  const runs: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  if (runs.length === 0) return refuse('holds no benchmark run');
  runs.forEach((run, index) => {
    const why = whyNotARun(run);
    if (why !== null) refuse(runs.length > 1 ? `run ${index + 1}: ${why}` : why);
  });
  return runs as readonly RunResult[];
}

function parseFile(path: string, refuse: (why: string) => never): unknown {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    return refuse(`cannot read the file: ${fileErrorReason(error)}`);
  }
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the file, which may be long or of several lines.
    return refuse('is not JSON; compare reads what sluice bench --json wrote');
  }
}

/** Members that comparisons read, by path; each must be a finite number. */
const REQUIRED_NUMBERS = [
  'durationMs',
  'totals.requests',
  'totals.repliesPerSecond',
  'latency.count',
  'latency.p50Us',
  'latency.p99Us',
  ...Object.keys(FAILURE_LABELS).map((name) => `failures.${name}`),
];

const POINT_NUMBERS = ['repliesPerSecond', 'p50Us', 'p99Us'];

/** Files of `--json` that hold no run of one target at one load. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  'sluice-bench-find-max': 'holds a search of --find-max, whose runs have different rates',
  'sluice-bench-versus': 'holds a comparison of --vs already',
};

function whyNotARun(run: unknown): string | null {
  const other = OTHER_FILES[String(member(run, 'schema'))];
  if (other !== undefined) return `${other}; compare needs the --json of a plain run`;
  if (member(run, 'schema') !== 'sluice-bench') {
    return 'is not a result of sluice bench ("schema" is not "sluice-bench")';
  }
  const version = member(run, 'schemaVersion');
  if (version !== SCHEMA_VERSION) {
    const found = version === undefined ? 'none' : JSON.stringify(version);
    return `has schema version ${found}, this sluice reads version ${SCHEMA_VERSION}; measure again or use the sluice that wrote it`;
  }
  const broken = REQUIRED_NUMBERS.find((path) => !Number.isFinite(member(run, path)));
  if (broken !== undefined) return damaged(broken, 'a number');
  if (typeof member(run, 'target') !== 'string') return damaged('target', 'a string');
  if (typeof member(run, 'passed') !== 'boolean') return damaged('passed', 'a boolean');
  for (const path of ['settings', 'machine']) {
    if (!isObject(member(run, path))) return damaged(path, 'an object');
  }
  if (typeof member(run, 'generator.wasBottleneck') !== 'boolean') {
    return damaged('generator.wasBottleneck', 'a boolean');
  }
  if (!Array.isArray(member(run, 'failureReasons'))) return damaged('failureReasons', 'an array');
  return whyNotATimeline(member(run, 'timeline'));
}

function whyNotATimeline(timeline: unknown): string | null {
  if (!Array.isArray(timeline)) return damaged('timeline', 'an array');
  const points: readonly unknown[] = timeline;
  for (const [index, point] of points.entries()) {
    const broken = POINT_NUMBERS.find((name) => !Number.isFinite(member(point, name)));
    if (broken !== undefined) return damaged(`timeline[${index}].${broken}`, 'a number');
  }
  return null;
}

function damaged(path: string, wanted: string): string {
  return `is a damaged result of sluice bench ("${path}" is not ${wanted})`;
}

function member(value: unknown, path: string): unknown {
  let found = value;
  for (const name of path.split('.')) {
    if (!isObject(found)) return undefined;
    found = found[name];
  }
  return found;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
