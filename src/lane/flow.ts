import { OUT_LENGTH } from '../../workers/batch-layout.js';
import { BIG_FRAME_BYTES } from '../limits.js';
import type { Batch } from './batch.js';
import type { Lane } from './lane.js';
import { Ring } from './ring.js';

/** Where a flow's frames come from, in order. It keeps what the flow cannot take yet. */
export interface FrameSource {
  /** The next frame, or null when there is none now. Valid until shift() or new input. */
  peek(): Uint8Array | null;
  /** The frame of peek() was accepted. */
  shift(): void;
  /** The flow has taken all there was: go on reading. */
  resume(): void;
}

/** What becomes of a flow's processed frames. Called on the main thread, in order. */
export interface FlowHandler {
  /**
   * Good frames [from, to) of `batch`, each with output. The handler answers for each of
   * them with flow.taken(), now or when their destination has accepted the bytes, which
   * are the batch's: they are valid during the call, or while the batch is pinned.
   */
  deliver(flow: Flow, batch: Batch, from: number, to: number): void;
  /** A good frame for which nothing goes out; the flow has counted it as taken. */
  deliverNothing(flow: Flow, batch: Batch, index: number): void;
  /** A frame that is not a message; its output is a reason or an error reply (ON_BAD_...). */
  deliverBad(flow: Flow, batch: Batch, index: number): void;
  /** The source has ended, and everything that came from it was taken. Called once. */
  ended(flow: Flow): void;
}

/**
 * One direction of one connection: frames go from its source through the lane to its
 * handler, in order, at most a ring of them at a time.
 *
 *     source -> accept -> [ ring: in the lane, then at the destination ] -> taken
 */
export class Flow {
  readonly ring = new Ring();
  readonly lane: Lane;
  /** Action, framing and treatment of bad frames: op() of batch-layout.ts. */
  readonly op: number;
  readonly arg: number;
  /** Frames in the lane; they come back in order. */
  inLane = 0;
  /** True while the lane remembers this flow because it had no room. */
  waitsForLane = false;

  readonly #source: FrameSource;
  readonly #handler: FlowHandler;
  #bigInFlight = false;
  #pumping = false;
  #sourceEnded = false;
  #ended = false;

  constructor(lane: Lane, op: number, source: FrameSource, handler: FlowHandler, arg = 0) {
    this.lane = lane;
    this.op = op;
    this.arg = arg;
    this.#source = source;
    this.#handler = handler;
  }

  /**
   * Takes a frame straight off the wire: copies it into the lane. False when it has to
   * wait; then the source keeps it, and the flow comes for it.
   */
  accept(frame: Uint8Array): boolean {
    if (this.ring.full || this.#bigInFlight) return false;
    if (frame.length > BIG_FRAME_BYTES) {
      // Order: what went before has to be back first.
      if (this.inLane > 0) return false;
      this.#bigInFlight = true;
      this.lane.pushBig(this, frame);
    } else if (!this.lane.push(this, frame)) {
      return false;
    }
    this.ring.push(frame.length);
    this.inLane++;
    return true;
  }

  /** Takes from the source what there is room for. */
  pump(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    let frame = this.#source.peek();
    while (frame !== null && this.accept(frame)) {
      this.#source.shift();
      frame = this.#source.peek();
    }
    this.#pumping = false;
    if (frame !== null) return;
    if (!this.#sourceEnded) this.#source.resume();
    else this.#endIfEmpty();
  }

  /** The source will give no more than peek() still shows. */
  endOfSource(): void {
    this.#sourceEnded = true;
    this.pump();
  }

  /** `count` of the oldest messages were taken by their destination: there is room again. */
  taken(count: number): void {
    for (let i = 0; i < count; i++) this.ring.shift();
    // While frames are in the lane, received() pumps when the last of them is back.
    this.pump();
  }

  /** The lane hands back frames [from, to) of a processed batch. */
  received(batch: Batch, from: number, to: number): void {
    this.inLane -= to - from;
    this.#bigInFlight = false;
    let i = from;
    while (i < to) {
      const verdict = batch.verdict(i);
      if (verdict < 0) {
        this.#handler.deliverBad(this, batch, i);
        this.taken(1);
        i++;
      } else if (batch.word(i, OUT_LENGTH) === 0) {
        this.#handler.deliverNothing(this, batch, i);
        this.taken(1);
        i++;
      } else {
        const start = i++;
        while (i < to && batch.verdict(i) > 0 && batch.word(i, OUT_LENGTH) > 0) i++;
        this.#handler.deliver(this, batch, start, i);
      }
    }
  }

  #endIfEmpty(): void {
    if (this.#ended || this.ring.pending > 0) return;
    this.#ended = true;
    this.#handler.ended(this);
  }
}
