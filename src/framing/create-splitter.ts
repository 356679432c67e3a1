import { ContentLengthSplitter } from './content-length-splitter.js';
import type { FrameMemory } from './frame-assembly.js';
import { NdjsonSplitter } from './ndjson-splitter.js';
import type { FrameSplitter, Framing, SplitterEvents } from './splitter.js';

/** The splitter of a framing; `maxFrameBytes` is the largest frame that it gives. */
export function createSplitter(
  framing: Framing,
  maxFrameBytes: number,
  events: SplitterEvents,
  memory: FrameMemory,
): FrameSplitter {
  return framing === 'ndjson'
    ? new NdjsonSplitter(maxFrameBytes, events, memory)
    : new ContentLengthSplitter(maxFrameBytes, events, memory);
}
