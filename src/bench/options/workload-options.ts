import { usageError } from '../../errors.js';
import { byteSize, oneOf, wholeNumber } from '../../options/value-readers.js';
import { DEFAULT_SEED } from '../bench-limits.js';
import { generateParams, smallestRequestBytes } from '../payload/generated-params.js';
import type {
  Dialect,
  ExpectedResultSpec,
  MessageSpec,
  Workload,
} from '../payload/message-spec.js';
import { PRESET_NAMES, PRESETS, type PresetName } from '../payload/presets.js';
import { parseRecording, type Recording } from '../payload/recording.js';
import { parseScenario, type Scenario } from '../payload/scenario.js';
import { checkSchema } from '../replies/json-schema.js';
import { readJson, readJsonArgument, readText } from './json-argument.js';
import type { BenchArguments, BenchOption } from './option-table.js';

const DEFAULT_METHOD = 'echo';
const MAX_GENERATED_BYTES = 64 * 1024 * 1024;
const MAX_SEED = 2 ** 31 - 1;
const RECORDING_NAME = /\.(ndjson|jsonl)$/;

export function readPresetName(flags: BenchArguments): PresetName | null {
  return flags.read('preset', oneOf(PRESET_NAMES));
}

/** What is sent: from a scenario or a recording, a preset, or the flags for a single method. */
export function readWorkload(flags: BenchArguments): Workload {
  const presetName = readPresetName(flags);
  const preset = presetName === null ? null : PRESETS[presetName];
  const dialect = flags.read('dialect', oneOf(['2.0', 'lite'])) ?? preset?.dialect ?? '2.0';
  const path = flags.one('scenario');
  const recording = path !== null && RECORDING_NAME.test(path) ? readRecording(path) : null;
  const scenario = path !== null && recording === null ? readScenario(path) : null;
  const seed = readSeed(flags, scenario);
  if (recording !== null || scenario?.messages != null) refuseSingleMessage(flags);
  const messages = recording?.messages ??
    scenario?.messages ?? [singleMessage(flags, presetName, dialect, seed)];
  return {
    dialect,
    handshake: scenario?.handshake ?? preset?.handshake ?? [],
    messages,
    recording: recording?.recording ?? null,
    thinkTime: scenario?.thinkTime ?? null,
    answers: { ...preset?.answers, ...scenario?.answers },
    seed,
    allowEcho: flags.has('allow-echo'),
  };
}

/** Flags that would do nothing where the file says what is sent. */
function refuseSingleMessage(flags: BenchArguments): void {
  const reasons = {
    method: 'the file names the methods',
    params: 'the file has the params',
    'payload-size': 'the file has the params',
    'expect-result': 'write expectResult or expectSchema in the mix',
  };
  for (const [flag, why] of Object.entries(reasons)) {
    if (!flags.has(flag as BenchOption)) continue;
    throw usageError(`--scenario and --${flag} do not go together: ${why}`);
  }
}

function singleMessage(
  flags: BenchArguments,
  presetName: PresetName | null,
  dialect: Dialect,
  seed: number,
): MessageSpec {
  const preset = presetName === null ? null : PRESETS[presetName];
  const method = flags.one('method') ?? preset?.method ?? DEFAULT_METHOD;
  const usual = flags.has('method') ? undefined : preset?.params;
  const params = readParams(flags, method, dialect, seed) ?? usual;
  return {
    method,
    ...(params === undefined ? {} : { params }),
    isNotification: false,
    weight: 1,
    expectedResult: readExpectedResult(flags),
  };
}

function readParams(
  flags: BenchArguments,
  method: string,
  dialect: Dialect,
  seed: number,
): unknown {
  const bytes = flags.read('payload-size', byteSize(1, MAX_GENERATED_BYTES));
  if (bytes !== null) {
    const least = smallestRequestBytes(dialect, method);
    if (bytes < least) {
      throw usageError(
        `--payload-size is at least ${least} bytes, which a request of "${method}" takes by itself, not ${bytes}`,
      );
    }
    return generateParams(bytes, dialect, method, seed);
  }
  const text = flags.one('params');
  if (text === null) return undefined;
  const params = readJsonArgument(text, '--params');
  if (typeof params === 'object' && params !== null) return params;
  throw usageError('--params must be a JSON object or array');
}

function readExpectedResult(flags: BenchArguments): ExpectedResultSpec | null {
  const text = flags.one('expect-result');
  if (text === null) return null;
  const value = readJsonArgument(text, '--expect-result');
  if (!text.startsWith('@')) return { kind: 'equal', value };
  checkSchema(value, `--expect-result: ${text.slice(1)}`);
  return { kind: 'schema', schema: value };
}

function readScenario(path: string): Scenario {
  return parseScenario(readJson(readText(path, '--scenario'), `--scenario: ${path}`), path);
}

function readRecording(path: string): Recording {
  return parseRecording(readText(path, '--scenario'), path);
}

function readSeed(flags: BenchArguments, scenario: Scenario | null): number {
  return flags.read('seed', wholeNumber(0, MAX_SEED)) ?? scenario?.seed ?? DEFAULT_SEED;
}
