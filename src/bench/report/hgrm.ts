import { build, decodeFromCompressedBase64 } from 'hdr-histogram-js';
import type { RunResult } from '../run-result.js';
import { BOTTLENECK_HEADLINE, bottleneckSentence } from './bottleneck.js';

const TICKS_PER_HALF_DISTANCE = 5;
const US_PER_MS = 1000;

/**
 * The percentile distribution of the latency in the text form that HdrHistogram plotters
 * read (hdrhistogram.github.io/HdrHistogram/plotFiles.html), in milliseconds like wrk2's.
 */
export function renderHgrm(result: RunResult): string {
  const { histogram } = result.latency;
  const decoded =
    histogram === ''
      ? build({ highestTrackableValue: 60_000_000 })
      : decodeFromCompressedBase64(histogram, 64);
  const text = decoded.outputPercentileDistribution(TICKS_PER_HALF_DISTANCE, US_PER_MS);
  decoded.destroy();
  // Lines that begin with # are comments to plotters.
  const sentence = bottleneckSentence(result);
  if (sentence === null) return text;
  return `${text.trimEnd()}\n#[${BOTTLENECK_HEADLINE.toUpperCase()}. ${sentence}]\n`;
}
