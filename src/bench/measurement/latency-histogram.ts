import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { MAX_LATENCY_US } from '../bench-limits.js';
import type { LatencySummary } from '../run-result.js';

/** 3 digits: values below 2048 us are exact, above they are kept to 1 in 1024 or better. */
const SUB_BUCKET_MASK = 2047;
const HALF_BITS = 10;
const HALF_COUNT = 1 << HALF_BITS;
/** Room for 60 s: as many doublings of 2048 us as it takes. */
const SIZE = indexOf(MAX_LATENCY_US) + HALF_COUNT;

/** Contents of a histogram as plain data, to hand to another thread. */
export interface HistogramContents {
  readonly counts: Uint32Array;
  readonly count: number;
  readonly minUs: number;
  readonly maxUs: number;
  readonly sumUs: number;
  readonly squareSumUs2: number;
}

/**
 * An HDR histogram of times in microseconds, 1 us to 60 s, laid out as HdrHistogram
 * lays out its buckets. Its own record() because the libraries' costs as much as
 * sending a request does; what is exported is encoded by hdr-histogram-js.
 * Minimum, maximum, mean and deviation are of the exact values.
 */
export class LatencyHistogram {
  count = 0;
  #counts = new Uint32Array(SIZE);
  #minUs = Number.POSITIVE_INFINITY;
  #maxUs = 0;
  #sumUs = 0;
  #squareSumUs2 = 0;

  /** Counts one value; less than 1 us counts as 1 us, more than 60 s as 60 s. */
  record(us: number): void {
    const value = us < 1 ? 1 : Math.min(us, MAX_LATENCY_US);
    this.#counts[indexOf((value + 0.5) | 0)]!++;
    this.count++;
    if (value < this.#minUs) this.#minUs = value;
    if (value > this.#maxUs) this.#maxUs = value;
    this.#sumUs += value;
    this.#squareSumUs2 += value * value;
  }

  add(other: HistogramContents): void {
    if (other.count === 0) return;
    const { counts } = other;
    for (let i = 0; i < SIZE; i++) this.#counts[i]! += counts[i]!;
    this.count += other.count;
    this.#minUs = Math.min(this.#minUs, other.minUs);
    this.#maxUs = Math.max(this.#maxUs, other.maxUs);
    this.#sumUs += other.sumUs;
    this.#squareSumUs2 += other.squareSumUs2;
  }

  /** The contents as they are now; `counts` stays this histogram's own until reset(). */
  get contents(): HistogramContents {
    return {
      counts: this.#counts,
      count: this.count,
      minUs: this.#minUs,
      maxUs: this.#maxUs,
      sumUs: this.#sumUs,
      squareSumUs2: this.#squareSumUs2,
    };
  }

  /** Empties it; contents that were taken before stay as they are. */
  reset(): void {
    if (this.count === 0) return;
    this.#counts = new Uint32Array(SIZE);
    this.count = 0;
    this.#minUs = Number.POSITIVE_INFINITY;
    this.#maxUs = 0;
    this.#sumUs = 0;
    this.#squareSumUs2 = 0;
  }

  get maxUs(): number {
    return round(this.#maxUs);
  }

  /** The value below or at which this percentage of all values lies; 0 where there are none. */
  percentile(percentage: number): number {
    if (this.count === 0) return 0;
    const wanted = Math.max(1, Math.ceil((percentage / 100) * this.count - 1e-9));
    let seen = 0;
    for (let i = 0; i < SIZE; i++) {
      seen += this.#counts[i]!;
      // The last bucket's upper edge may lie above the largest value that there was.
      if (seen >= wanted) return Math.min(highestValueAt(i), this.maxUs);
    }
    return this.maxUs;
  }

  summary(): LatencySummary {
    const { count } = this;
    const meanUs = count === 0 ? 0 : this.#sumUs / count;
    const variance = count === 0 ? 0 : this.#squareSumUs2 / count - meanUs * meanUs;
    return {
      count,
      minUs: count === 0 ? 0 : round(this.#minUs),
      meanUs: round(meanUs),
      stdevUs: round(Math.sqrt(Math.max(0, variance))),
      maxUs: this.maxUs,
      p50Us: this.percentile(50),
      p75Us: this.percentile(75),
      p90Us: this.percentile(90),
      p95Us: this.percentile(95),
      p99Us: this.percentile(99),
      p999Us: this.percentile(99.9),
      p9999Us: this.percentile(99.99),
      histogram: count === 0 ? '' : this.#encode(),
    };
  }

  #encode(): string {
    const hdr = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: MAX_LATENCY_US,
      numberOfSignificantValueDigits: 3,
      bitBucketSize: 64,
      useWebAssembly: false,
    });
    for (let i = 0; i < SIZE; i++) {
      const count = this.#counts[i]!;
      if (count > 0) hdr.recordValueWithCount(Math.min(lowestValueAt(i), MAX_LATENCY_US), count);
    }
    return encodeIntoCompressedBase64(hdr);
  }
}

/** Bucket of a whole number of microseconds. */
function indexOf(us: number): number {
  const bucket = 31 - Math.clz32(us | SUB_BUCKET_MASK) - HALF_BITS;
  return ((bucket + 1) << HALF_BITS) + (us >> bucket) - HALF_COUNT;
}

function lowestValueAt(index: number): number {
  const bucket = Math.max(0, (index >> HALF_BITS) - 1);
  const sub = index - ((bucket + 1) << HALF_BITS) + HALF_COUNT;
  return sub * 2 ** bucket;
}

function highestValueAt(index: number): number {
  const bucket = Math.max(0, (index >> HALF_BITS) - 1);
  return lowestValueAt(index) + 2 ** bucket - 1;
}

/** Microseconds to a tenth: more digits would claim more than a clock call is worth. */
function round(us: number): number {
  return Math.round(us * 10) / 10;
}
