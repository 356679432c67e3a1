import { OPEN_BRACKET, SPACE } from '../../workers/ascii.js';
import {
  ACTION_SCAN,
  ACTION_SPLIT,
  ARG,
  actionOf,
  ELEMENT_COUNT,
  FRAMING_NONE,
  KIND_ARRAY,
  OUT_LENGTH,
  OUTPUT_RESERVE_BYTES,
  onBadOf,
  op,
} from '../../workers/batch-layout.js';
import type { FrameRun } from '../framing/frame-run.js';
import { BIG_ARRAY_BYTES, BIG_FRAME_BYTES } from '../limits.js';
import { ArrayElements, boundsBytes } from './array-elements.js';
import type { Batch, FrameOwner } from './batch.js';
import type { Lane } from './lane.js';
import { Ring } from './ring.js';

/** Where a flow's frames come from, in order. It keeps what the flow cannot take yet. */
export interface FrameSource {
  /** The next frame, or null when there is none now. Valid until shift() or new input. */
  peek(): Uint8Array | null;
  /** The frame of peek() was accepted. */
  shift(): void;
  /**
   * Several objects that peek() would give one by one, where the source has such. Valid like
   * peek()'s.
   */
  peekRun?(): FrameRun | null;
  /** The first `count` frames of peekRun() were accepted. */
  shiftRun?(count: number): void;
  /** The flow has taken all there was: go on reading. */
  resume(): void;
}

/**
 * What becomes of a flow's processed frames. Called on the main thread, in order.
 *
 * With ACTION_SCAN nothing goes out and the handler is the destination: good frames come
 * in deliver(), and every frame, a bad one too, is pending until flow.taken().
 */
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
  /**
   * The source gave a JSON array of `count` elements (JSON-RPC 2.0 section 6). True: their results
   * come next, one for each, in order; false: nothing comes of them. For flows with `maxArray`.
   */
  array?(flow: Flow, count: number): boolean;
  /** The source has ended, and everything that came from it was taken. Called once. */
  ended(flow: Flow): void;
}

/** Gives each frame of a flow its ARG word. */
export interface FrameArgs {
  /** The next one; 0 when there is none now: the flow waits for its pump(). */
  next(): number;
  /** One that was not used after all. */
  giveBack(arg: number): void;
}

export interface FlowOptions {
  readonly lane: Lane;
  /** Action, framing and treatment of bad frames: op() of batch-layout.ts. */
  readonly op: number;
  readonly source: FrameSource;
  readonly handler: FlowHandler;
  /** The ARG word of all frames, or what gives each its own; 0 if not said. */
  readonly args?: number | FrameArgs;
  /** Elements that a JSON array may have; not said: an array is a frame like any other. */
  readonly maxArray?: number;
  /**
   * It is one of many that take turns (Lane.turnFrames): a client's. A server answers many at once.
   */
  readonly takesTurns?: boolean;
  /** Another ring than the usual one of 128 messages. */
  readonly ring?: Ring;
}

/**
 * One direction of one connection: frames go from its source through the lane to its
 * handler, in order, at most a ring of them at a time.
 *
 *     source -> accept -> [ ring: in the lane, then at the destination ] -> taken
 */
export class Flow implements FrameOwner {
  readonly ring: Ring;
  readonly lane: Lane;

  readonly #op: number;
  readonly #source: FrameSource;
  readonly #handler: FlowHandler;
  readonly #args: FrameArgs | null;
  readonly #arg: number;
  readonly #maxArray: number;
  readonly #scans: boolean;
  readonly #takesTurns: boolean;
  /** Frames in the lane; they come back in order. */
  #inLane = 0;
  /** A frame that goes alone is in the lane: nothing else may be. */
  #alone = false;
  #foundNoRoom = false;
  /** An array is in the lane, the last of its frames there: nothing may come behind it. */
  #splitting = false;
  /** Elements of an array, which go before anything else from the source. */
  #elements: ArrayElements | null = null;
  /** hold() without its release() yet: several may have a reason. */
  #holds = 0;
  #pumping = false;
  /** The lane pumps it after the delivery of a batch. */
  #pumpsLater = false;
  #sourceEnded = false;
  #ended = false;

  constructor(options: FlowOptions) {
    const { lane, op, source, handler, args = 0, maxArray = -1, takesTurns = false } = options;
    this.ring = options.ring ?? new Ring();
    this.#takesTurns = takesTurns;
    this.lane = lane;
    this.#op = op;
    this.#source = source;
    this.#handler = handler;
    this.#args = typeof args === 'number' ? null : args;
    this.#arg = typeof args === 'number' ? args : 0;
    this.#maxArray = maxArray;
    this.#scans = actionOf(op) === ACTION_SCAN;
  }

  /**
   * It has accepted nothing that is not taken yet; elements of an array that it holds count as
   * accepted.
   */
  get isIdle(): boolean {
    return this.ring.pending === 0 && this.#elements === null;
  }

  /** It has something in the lane, or waits for room there: it gets on without its destination. */
  get isInLane(): boolean {
    return this.#inLane > 0 || this.#foundNoRoom;
  }

  /**
   * Takes a frame straight off the wire: copies it into the lane. False when it has to
   * wait; then the source keeps it, and the flow comes for it.
   */
  accept(frame: Uint8Array): boolean {
    if (this.#elements !== null) return false;
    if (this.#maxArray >= 0 && isArray(frame)) return this.#acceptArray(frame);
    return this.#accept(frame);
  }

  /** The same for frames from the beginning of a run, `most` at most; returns how many. */
  acceptRun(run: FrameRun, most: number): number {
    return this.#elements === null ? this.#acceptRun(run, most) : 0;
  }

  #acceptRun(run: FrameRun, most: number): number {
    if (this.#isShut) return 0;
    const { bounds, first } = run;
    const room = this.ring.room(bounds, first, Math.min(run.end, first + most));
    const count = this.lane.pushRun(this, run, room, this.#op, this.#arg);
    this.#foundNoRoom = count < room;
    for (let i = first; i < first + count; i++) this.ring.push(bounds[i + 1]! - 1 - bounds[i]!);
    this.#inLane += count;
    return count;
  }

  /** Accepts nothing until release(): the destination is not there, or has to read first. */
  hold(): void {
    this.#holds++;
  }

  /** Ends one hold(). */
  release(): void {
    this.#holds--;
    this.pump();
  }

  /** Nothing is accepted now. */
  get #isShut(): boolean {
    return this.ring.full || this.#alone || this.#splitting || this.#holds > 0;
  }

  #accept(frame: Uint8Array): boolean {
    if (frame.length > BIG_FRAME_BYTES) return this.#acceptAlone(frame);
    if (this.#isShut) return false;
    const arg = this.#takeArg();
    if (arg === null) return false;
    this.#foundNoRoom = !this.lane.push(this, frame, this.#op, arg);
    if (this.#foundNoRoom) {
      this.#args?.giveBack(arg);
      return false;
    }
    this.ring.push(frame.length);
    this.#inLane++;
    return true;
  }

  /** What the next frame's ARG is; null: it has to wait for one. */
  #takeArg(): number | null {
    if (this.#args === null) return this.#arg;
    const arg = this.#args.next();
    return arg === 0 ? null : arg;
  }

  /** A frame that is its own task. Order: what went before has to be back first. */
  #acceptAlone(frame: Uint8Array): boolean {
    if (this.#isShut || this.#inLane > 0) return false;
    const arg = this.#takeArg();
    if (arg === null) return false;
    this.#foundNoRoom = !this.lane.pushAlone(this, frame, this.#op, arg, frame.length);
    if (this.#foundNoRoom) {
      this.#args?.giveBack(arg);
      return false;
    }
    this.#alone = true;
    this.ring.push(frame.length);
    this.#inLane++;
    return true;
  }

  /** An array, of which only the bounds of its elements are wanted. */
  #acceptArray(frame: Uint8Array): boolean {
    const isBig = frame.length > BIG_ARRAY_BYTES;
    if (this.#isShut || (isBig && this.#inLane > 0)) return false;
    const { lane } = this;
    const most = this.#maxArray;
    const splitOp = op(ACTION_SPLIT, FRAMING_NONE, onBadOf(this.#op));
    const outBytes = boundsBytes(frame.length, most);
    const moreBytes = Math.max(0, outBytes - frame.length - OUTPUT_RESERVE_BYTES);
    this.#foundNoRoom = isBig
      ? !lane.pushAlone(this, frame, splitOp, most, Math.max(frame.length, outBytes))
      : !lane.push(this, frame, splitOp, most, moreBytes);
    if (this.#foundNoRoom) return false;
    this.#alone = isBig;
    this.#splitting = true;
    this.ring.push(frame.length);
    this.#inLane++;
    return true;
  }

  /** Takes from the source what there is room for. */
  pump(): void {
    this.#pumpsLater = false;
    if (this.#pumping) return;
    this.#pumping = true;
    let empty = false;
    try {
      empty = this.#pumpElements() && this.#pumpSource();
    } finally {
      this.#pumping = false;
    }
    if (!empty) return;
    if (!this.#sourceEnded) this.#source.resume();
    else this.#endIfEmpty();
  }

  /** True when no elements are left. */
  #pumpElements(): boolean {
    while (this.#elements !== null) {
      const elements = this.#elements;
      const isRun = this.#args === null && elements.bytes.length <= BIG_FRAME_BYTES;
      const count = isRun
        ? this.#acceptRun(elements, elements.end)
        : Number(this.#accept(elements.peek()));
      if (count === 0) return false;
      elements.first += count;
      if (elements.first === elements.end) this.#elements = null;
    }
    return true;
  }

  /** True when the source has nothing left, false when there is no room for what it has. */
  #pumpSource(): boolean {
    const source = this.#source;
    // Who stops at the end of a turn has frames in the lane, and comes again when they are back.
    let left = this.#takesTurns ? Math.ceil(this.lane.turnFrames) : Number.POSITIVE_INFINITY;
    for (;;) {
      const run = this.#args === null ? (source.peekRun?.() ?? null) : null;
      if (run !== null) {
        const count = this.acceptRun(run, left);
        if (count === 0) return false;
        source.shiftRun!(count);
        left -= count;
        continue;
      }
      const frame = source.peek();
      if (frame === null) return true;
      if (left === 0 || !this.accept(frame)) return false;
      source.shift();
      left--;
    }
  }

  /** The source will give no more than peek() still shows. */
  endOfSource(): void {
    this.#sourceEnded = true;
    this.pump();
  }

  /** `count` of the oldest messages were taken by their destination: there is room again. */
  taken(count: number): void {
    const wasFull = this.ring.full;
    this.ring.shift(count);
    if (this.#pumpsLater) return;
    this.#pumpsLater = wasFull && this.lane.pumpLater(this);
    if (!this.#pumpsLater) this.pump();
  }

  /** The lane hands back frames [from, to) of a processed batch. */
  received(batch: Batch, from: number, to: number): void {
    this.#inLane -= to - from;
    this.#alone = false;
    if (this.#splitting && this.#inLane === 0) {
      this.#messagesReceived(batch, from, to - 1);
      this.#splitting = false;
      this.#splitReceived(batch, to - 1);
    } else this.#messagesReceived(batch, from, to);
  }

  #messagesReceived(batch: Batch, from: number, to: number): void {
    let i = from;
    while (i < to) {
      const verdict = batch.verdict(i);
      if (verdict < 0) {
        this.#handler.deliverBad(this, batch, i);
        if (!this.#scans) this.taken(1);
        i++;
      } else if (!this.#scans && batch.word(i, OUT_LENGTH) === 0) {
        this.#handler.deliverNothing(this, batch, i);
        this.taken(1);
        i++;
      } else {
        const start = i++;
        while (i < to && batch.verdict(i) > 0 && (this.#scans || batch.word(i, OUT_LENGTH) > 0))
          i++;
        this.#handler.deliver(this, batch, start, i);
      }
    }
  }

  /** The elements of an array are known: they go first from now on. */
  #splitReceived(batch: Batch, index: number): void {
    batch.setWord(index, ARG, 0);
    if (batch.verdict(index) !== KIND_ARRAY) {
      this.#handler.deliverBad(this, batch, index);
    } else if (this.#handler.array!(this, batch.word(index, ELEMENT_COUNT))) {
      this.#elements = new ArrayElements(batch, index);
    }
    this.taken(1);
  }

  #endIfEmpty(): void {
    if (this.#ended || this.ring.pending > 0) return;
    this.#ended = true;
    this.#handler.ended(this);
  }
}

/** Whether it is a JSON array, if it is JSON at all. */
export function isArray(frame: Uint8Array): boolean {
  let i = 0;
  while (i < frame.length && frame[i]! <= SPACE) i++;
  return frame[i] === OPEN_BRACKET;
}
