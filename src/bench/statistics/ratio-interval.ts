import { median } from './median.js';
import { Random } from './random.js';

/** A ratio of two medians and the interval in which it lies with the given confidence. */
export interface RatioInterval {
  /** median(numerator) / median(denominator). */
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
  /** 0 to 1; 0.95 unless asked otherwise. */
  readonly confidence: number;
}

/** How the interval is drawn; all of it optional. */
export interface RatioIntervalOptions {
  /** 0 to 1. Default 0.95. */
  readonly confidence?: number;
  /** How often the samples are drawn again. Default 4000. */
  readonly resamples?: number;
  /** The same seed gives the same interval. Default 1. */
  readonly seed?: number;
}

/**
 * Below this many samples on a side there is no 95 % interval for a median: even the
 * widest one, from the smallest to the largest sample, holds it with only
 * 1 - 2 * 0.5^n, which passes 0.93 at five.
 */
export const FEWEST_SAMPLES = 5;

const DEFAULT_CONFIDENCE = 0.95;
const DEFAULT_RESAMPLES = 4000;

/**
 * Percentile bootstrap (Efron and Tibshirani 1993, chapter 13) of the ratio of medians:
 * both sides are drawn again with replacement, independently, and the ratio's spread is
 * read off. The bounds are widened to hold the ratio itself. Throws RangeError when a
 * side has no sample.
 */
export function ratioInterval(
  numerator: readonly number[],
  denominator: readonly number[],
  options: RatioIntervalOptions = {},
): RatioInterval {
  if (numerator.length === 0 || denominator.length === 0) {
    throw new RangeError('a ratio of medians needs at least one sample on each side');
  }
  const confidence = options.confidence ?? DEFAULT_CONFIDENCE;
  const resamples = options.resamples ?? DEFAULT_RESAMPLES;
  const random = new Random(options.seed ?? 1);
  const drawTop = medianResampler(numerator, random);
  const drawBottom = medianResampler(denominator, random);
  const ratios = new Float64Array(resamples);
  for (let index = 0; index < resamples; index += 1) {
    ratios[index] = divide(drawTop(), drawBottom());
  }
  ratios.sort();
  const tail = (1 - confidence) / 2;
  const ratio = divide(median(numerator), median(denominator));
  const low = ratios[Math.floor(tail * (resamples - 1))]!;
  const high = ratios[Math.ceil((1 - tail) * (resamples - 1))]!;
  return { ratio, low: Math.min(low, ratio), high: Math.max(high, ratio), confidence };
}

/**
 * Draws a sample again and gives its median. The values are sorted once and the draws
 * only counted, so that a draw costs O(n) and not a sort: hour-long runs have thousands
 * of samples.
 */
function medianResampler(values: readonly number[], random: Random): () => number {
  const sorted = Float64Array.from(values).sort();
  const size = sorted.length;
  const draws = new Uint32Array(size);
  const lowerRank = (size - 1) >> 1;
  const upperRank = size >> 1;
  return () => {
    draws.fill(0);
    for (let index = 0; index < size; index += 1) {
      const drawn = random.nextBelow(size);
      draws[drawn] = draws[drawn]! + 1;
    }
    let seen = 0;
    let lower = 0;
    for (let index = 0; index < size; index += 1) {
      const before = seen;
      seen += draws[index]!;
      if (before <= lowerRank && seen > lowerRank) lower = sorted[index]!;
      if (seen > upperRank) return (lower + sorted[index]!) / 2;
    }
    return sorted[size - 1]!;
  };
}

/** 0/0 is "the same", not NaN: two sides that both measured nothing do not differ. */
function divide(top: number, bottom: number): number {
  if (bottom === 0) return top === 0 ? 1 : Number.POSITIVE_INFINITY;
  return top / bottom;
}
