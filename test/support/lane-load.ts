import type { Batch } from '../../src/lane/batch.js';
import { Flow, type FlowHandler, type FrameSource } from '../../src/lane/flow.js';
import type { Lane } from '../../src/lane/lane.js';
import { ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY, op } from '../../workers/batch-layout.js';

const PASS = op(ACTION_PASS, FRAMING_NONE, ON_BAD_REPLY);

/** One connection's worth of frames on its way through a lane, and what has become of them. */
export class LaneLoad implements FrameSource, FlowHandler {
  /** What came out, in order: passed on, or replied. */
  readonly outputs: string[] = [];
  /** Settles when all of it was delivered. */
  readonly done: Promise<void>;
  readonly #frames: Uint8Array[];
  #resolveDone = (): void => undefined;

  constructor(frames: readonly string[]) {
    this.#frames = frames.map((frame) => Buffer.from(frame));
    this.done = new Promise((resolve) => {
      this.#resolveDone = resolve;
    });
  }

  /** Sends everything through `lane`. */
  start(lane: Lane): void {
    new Flow({ lane, op: PASS, source: this, handler: this }).endOfSource();
  }

  peek(): Uint8Array | null {
    return this.#frames[0] ?? null;
  }

  shift(): void {
    this.#frames.shift();
  }

  resume(): void {
    // All frames are there from the start.
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) this.#keep(batch.output(i));
    flow.taken(to - from);
  }

  deliverNothing(): void {
    throw new Error('every good frame is passed on');
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#keep(batch.output(index));
  }

  array(): boolean {
    throw new Error('arrays are frames like any other here');
  }

  ended(): void {
    this.#resolveDone();
  }

  #keep(output: Uint8Array): void {
    this.outputs.push(Buffer.from(output).toString());
  }
}
