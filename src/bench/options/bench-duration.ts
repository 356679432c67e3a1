import { durationMs } from '../../options/value-readers.js';
import { MAX_DURATION_MS } from '../bench-limits.js';

/** Any duration of a run or a part of it, in milliseconds. */
export const benchDurationMs = durationMs(0, MAX_DURATION_MS);
