import { usageError } from '../../errors.js';
import { didYouMean } from '../../options/did-you-mean.js';
import { ratePerSecond } from '../../options/value-readers.js';
import { MAX_RATE } from '../bench-limits.js';
import { benchDurationMs } from '../options/bench-duration.js';
import type { Stage } from './arrivals.js';

/** Shapes that have a name: stages of `rate`, over `durationMs` in all. */
const SHAPES: Readonly<Record<string, (rate: number, durationMs: number) => readonly Stage[]>> = {
  /** A quarter of the rate more with each quarter of the time. */
  step: (rate, durationMs) =>
    [0.25, 0.5, 0.75, 1].map((share) => level(durationMs / 4, rate * share)),
  /** A fifth of the rate, the whole rate for a fifth of the time, and a fifth of it again. */
  spike: (rate, durationMs) => [
    level(durationMs * 0.4, rate / 5),
    level(durationMs * 0.2, rate),
    level(durationMs * 0.4, rate / 5),
  ],
  /** The whole rate, reached within the first twentieth: to see what creeps up. */
  soak: (rate, durationMs) => [
    { durationMs: durationMs * 0.05, fromRate: rate / 10, toRate: rate },
    level(durationMs * 0.95, rate),
  ],
};

const HOW_TO = '; write 10s@1000 or 5s@1000..8000, or step, spike, soak';

/**
 * `--stages`: a shape's name (it takes `rate` and `durationMs`), or a list of
 * `TIME@RATE` and `TIME@FROM..TO`, whose rates and times are their own.
 */
export function parseStages(
  text: string,
  rate: number | null,
  durationMs: number,
): readonly Stage[] {
  if (isStageShape(text)) {
    if (rate === null) throw usageError(`--stages ${text} needs a --rate`);
    return SHAPES[text]!(rate, durationMs);
  }
  if (!text.includes('@')) {
    const hint = didYouMean(text, Object.keys(SHAPES), {
      write: (name) => name,
      otherwise: HOW_TO,
    });
    throw usageError(`--stages: "${text}" is not a shape, nor a list${hint}`);
  }
  if (rate !== null) {
    throw usageError('--stages with rates of its own leaves no room for --rate');
  }
  const stages = text.split(',').map((entry) => {
    const match = /^\s*([^@]+)@([^@.]+(?:\.\d+)?)(?:\.\.([^@]+))?\s*$/.exec(entry);
    if (match === null) {
      throw usageError(`--stages: "${entry}" is not a stage${HOW_TO}`);
    }
    const fromRate = stageRate(match[2]!);
    const stageMs = benchDurationMs(match[1]!, '--stages');
    if (stageMs === 0) throw usageError(`--stages: "${entry}" lasts no time`);
    return {
      durationMs: stageMs,
      fromRate,
      toRate: match[3] === undefined ? fromRate : stageRate(match[3]),
    };
  });
  if (stages.every(({ fromRate, toRate }) => fromRate + toRate === 0)) {
    throw usageError('--stages: no stage has a rate above 0');
  }
  return stages;
}

/** A stage may begin or end at nothing, and be a pause. */
function stageRate(text: string): number {
  return text.trim() === '0' ? 0 : ratePerSecond(MAX_RATE)(text, '--stages');
}

/** Whether `--stages` is a shape's name, which takes its length from --duration. */
export function isStageShape(text: string): boolean {
  return Object.hasOwn(SHAPES, text);
}

export function level(durationMs: number, rate: number): Stage {
  return { durationMs, fromRate: rate, toRate: rate };
}

/** What comes before the measured stages: a ramp from nothing, and a warm-up at the first rate. */
export function leadIn(first: Stage, rampMs: number, warmupMs: number): readonly Stage[] {
  const ramp = { durationMs: rampMs, fromRate: 0, toRate: first.fromRate };
  return [ramp, level(warmupMs, first.fromRate)].filter((stage) => stage.durationMs > 0);
}

/** The same stages at a share of their rates: one thread's part. */
export function shareOf(stages: readonly Stage[], share: number): readonly Stage[] {
  return stages.map(({ durationMs, fromRate, toRate }) => ({
    durationMs,
    fromRate: fromRate * share,
    toRate: toRate * share,
  }));
}
