import type { Batch } from '../../src/lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../../src/lane/flow.js';
import type { Lane } from '../../src/lane/lane.js';

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
  #settle: () => void = () => undefined;

  /** `source`: in place of the frames. */
  constructor(
    lane: Lane,
    frameOp: number,
    frames: readonly string[],
    takes = true,
    source: FrameSource | null = null,
  ) {
    this.#frames = frames.map((frame) => Buffer.from(frame));
    this.#takes = takes;
    this.done = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.flow = new Flow({
      lane,
      op: frameOp,
      source: source ?? this,
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
    if (this.#takes) flow.taken(to - from);
    else this.untaken += to - from;
    this.onDelivered();
  }

  deliverNothing(): void {
    this.outputs.push('nothing');
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.outputs.push(`bad: ${Buffer.from(batch.output(index)).toString()}`);
  }

  array(): boolean {
    return false;
  }

  ended(): void {
    this.#settle();
  }
}
