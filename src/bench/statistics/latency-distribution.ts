import { decodeFromCompressedBase64, JsHistogram } from 'hdr-histogram-js';

/**
 * How many replies had which latency, cheap to ask often. Made from a LatencySummary's histogram.
 */
export interface LatencyDistribution {
  readonly count: number;
  /** Highest recorded latency, to the histogram's three digits. */
  readonly maxUs: number;
  /** The latency that the given share of replies (0 to 1) did not exceed. 0 when there is none. */
  atShare(share: number): number;
  /** How many replies took at most this long, to the histogram's three digits. */
  countUpTo(latencyUs: number): number;
}

/**
 * Decodes a V2 compressed base64 histogram and walks it once. An empty text is an empty
 * distribution. Throws when the text is no such histogram.
 */
export function decodeDistribution(histogram: string): LatencyDistribution {
  const { lowestUs, valuesUs, cumulative } = recordedBuckets(histogram);
  const count = cumulative.at(-1) ?? 0;
  return {
    count,
    maxUs: valuesUs.at(-1) ?? 0,
    atShare(share) {
      if (count === 0) return 0;
      const rank = Math.min(count, Math.max(1, Math.ceil(share * count - 1e-6)));
      return valuesUs[firstAtLeast(cumulative, rank)]!;
    },
    countUpTo(latencyUs) {
      const index = firstAtLeast(lowestUs, Math.floor(latencyUs) + 1);
      return index === 0 ? 0 : cumulative[index - 1]!;
    },
  };
}

interface RecordedBuckets {
  /** Ends of each bucket that holds a reply, both inclusive: its replies lie between them. */
  readonly lowestUs: readonly number[];
  readonly valuesUs: readonly number[];
  /** Replies in this bucket and all before it. */
  readonly cumulative: readonly number[];
}

function recordedBuckets(histogram: string): RecordedBuckets {
  const lowestUs: number[] = [];
  const valuesUs: number[] = [];
  const cumulative: number[] = [];
  if (histogram === '') return { lowestUs, valuesUs, cumulative };
  // 64-bit buckets: a soak of days may hold more than 2^31 replies in one bucket.
  const decoded = decodeFromCompressedBase64(histogram, 64);
  if (!(decoded instanceof JsHistogram)) throw new TypeError('histogram of an unknown kind');
  const iterator = decoded.recordedValuesIterator;
  iterator.reset();
  while (iterator.hasNext()) {
    const step = iterator.next();
    lowestUs.push(decoded.lowestEquivalentValue(step.valueIteratedTo));
    valuesUs.push(step.valueIteratedTo);
    cumulative.push(step.totalCountToThisValue);
  }
  decoded.destroy();
  return { lowestUs, valuesUs, cumulative };
}

/**
 * Index of the first element that is at least `wanted`; the length when none is. Ascending input.
 */
function firstAtLeast(ascending: readonly number[], wanted: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
