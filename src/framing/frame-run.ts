/**
 * Whole frames that lie one behind the other in the same bytes, each with one byte behind it (its
 * line feed): they can be copied in one go. Frame i, from `first` to `end`, is [bounds[i], bounds[i
 * + 1] - 1).
 */
export interface FrameRun {
  readonly bytes: Uint8Array;
  /** Offsets in `bytes`; only those up to `end` are meant. */
  readonly bounds: Int32Array;
  readonly first: number;
  readonly end: number;
}
