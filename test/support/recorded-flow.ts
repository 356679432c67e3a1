import type { Batch } from '../../src/lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../../src/lane/flow.js';
import type { Lane } from '../../src/lane/lane.js';
import type { FrameSink } from '../../src/transport/frame-sink.js';
import { ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON, op } from '../../workers/batch-layout.js';

export interface RecordedFlowOptions {
  /** False: nothing is taken, but by the test. */
  readonly takes?: boolean;
  /** In place of the frames. */
  readonly source?: FrameSource;
  /** Where the outputs go, which takes them. */
  readonly sink?: FrameSink;
}

/** A flow over frames that are all there, and a record of what comes of them. */
export class RecordedFlow implements FrameSource, FlowHandler {
  readonly flow: Flow;
  /** Outputs in order; `bad: ` before a reason, `nothing` where nothing goes out. */
  readonly outputs: string[] = [];
  /** Settles when all was taken. */
  readonly done: Promise<void>;
  /** The most that were pending at once. */
  mostPending = 0;
  /** Frames delivered and not taken, where `takes` is false. */
  untaken = 0;
  /** Told at each delivery. */
  onDelivered: () => void = () => undefined;
  readonly #frames: Uint8Array[];
  readonly #takes: boolean;
  readonly #sink: FrameSink | null;
  #settle: () => void = () => undefined;

  constructor(
    lane: Lane,
    frameOp: number,
    frames: readonly string[],
    { takes = true, source = this, sink }: RecordedFlowOptions = {},
  ) {
    this.#frames = frames.map((frame) => Buffer.from(frame));
    this.#takes = takes;
    this.#sink = sink ?? null;
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.flow = new Flow({
      lane,
      op: frameOp,
      source,
      handler: this,
      takesTurns: true,
    });
  }

  start(): this {
    this.flow.endOfSource();
    return this;
  }

  get left(): number {
    return this.#frames.length;
  }

  peek(): Uint8Array | null {
    this.mostPending = Math.max(this.mostPending, this.flow.ring.pending);
    return this.#frames[0] ?? null;
  }

  shift(): void {
    this.#frames.shift();
  }

  resume(): void {
    // All frames are there from the start.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) this.outputs.push(Buffer.from(batch.output(i)).toString());
    if (this.#sink !== null) this.#sink.write(flow, batch, from, to);
    else if (this.#takes) flow.taken(to - from);
    else this.untaken += to - from;
    this.onDelivered();
  }

  deliverNothing(): void {
    this.outputs.push('nothing');
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.outputs.push(`bad: ${Buffer.from(batch.output(index)).toString()}`);
  }

  ended(): void {
    this.#settle();
  }
}

const PASS_LINES = op(ACTION_PASS, FRAMING_NDJSON, ON_BAD_REASON);

/**
 * Sends good frames through a lane to a sink, as lines; without a sink they only use its arenas.
 */
export async function sendLines(
  lane: Lane,
  sink: FrameSink | null,
  frames: readonly string[],
): Promise<void> {
  await new RecordedFlow(lane, PASS_LINES, frames, sink === null ? {} : { sink }).start().done;
}
