import { BEGAN_US, WORKED_US } from '../../workers/batch-layout.js';
import { clockUs, usSince } from '../../workers/clock.js';
import type { Kernel } from '../../workers/kernel/kernel.js';
import type { FrameRun } from '../framing/frame-run.js';
import { MIN_TURN_FRAMES } from '../limits.js';
import type { Logger } from '../log.js';
import { Arenas } from './arenas.js';
import type { Batch, FrameOwner } from './batch.js';
import { BatchAttempts, type BatchRunner } from './batch-attempts.js';
import { InlineBound, type InlineBounds } from './offload.js';
import { throwLater } from './throw-later.js';
import { WaitingFlows } from './waiting-flows.js';

/** Something that collects output and writes it when the batch has been delivered. */
export interface BatchFlusher {
  flush(batch: Batch): void;
}

export interface LaneOptions extends InlineBounds {
  readonly runner: BatchRunner;
  /** The main thread's kernel: for batches that are not worth a hand-over. */
  readonly kernel: Kernel;
  readonly log: Logger;
}

/**
 * The ordered path between the main thread and the pool. One batch fills while
 * another one is being processed; the next one goes when that is back, so batches are
 * small when it is quiet and large under load, without timers. One that is full waits its
 * turn, and another one fills.
 *
 *     push -> [filling] -> [full ...] -> dispatch -> [running] -> deliver -> given back
 *
 * Nothing here waits for a destination: a slow one pins its batch (the lane takes
 * another) or, when too many are pinned, is given a copy.
 *
 * Benchmark: bench/load.bench.ts.
 */
export class Lane {
  readonly #attempts: BatchAttempts;
  readonly #kernel: Kernel;
  readonly #inline: InlineBound;
  readonly #offloads: boolean;

  readonly #arenas: Arenas;
  #filling: Batch;
  /** Batches that are full and wait their turn, oldest first. */
  readonly #full: Batch[] = [];
  /**
   * How many frames a flow may add in one go while others have some too: as many as they had on
   * average in the batch before, so that one that always has more takes its turn like the others.
   */
  turnFrames = Number.POSITIVE_INFINITY;
  #running = false;
  #scheduled = false;
  /** Flows that found no arena for a batch, and for a frame that goes alone. */
  readonly #waiting = new WaitingFlows();
  readonly #waitingAlone = new WaitingFlows();
  readonly #flushers: BatchFlusher[] = [];
  #delivering = false;
  /** Flows that have room again, in the delivery of a batch. */
  readonly #toPump: FrameOwner[] = [];

  constructor(options: LaneOptions) {
    this.#attempts = new BatchAttempts(options.runner, options.kernel, options.log);
    this.#kernel = options.kernel;
    this.#inline = new InlineBound(options);
    this.#offloads = options.inlineBytes !== Infinity;
    this.#arenas = new Arenas(options.kernel);
    this.#filling = this.#arenas.take()!;
  }

  /** True while nothing is filling, waiting or running. */
  get idle(): boolean {
    return !this.#running && this.#filling.count === 0 && this.#full.length === 0;
  }

  /** True when a destination must copy what it cannot write at once, instead of pinning. */
  mustCopy(batch: Batch): boolean {
    return this.#arenas.mustCopy(batch);
  }

  /**
   * Copies a frame into the filling batch; false when there is no room: the flow is woken later.
   * `moreBytes`: see Batch.append().
   */
  push(
    flow: FrameOwner,
    frame: Uint8Array,
    frameOp: number,
    arg: number,
    moreBytes: number = 0,
  ): boolean {
    if (!this.#filling.append(flow, frameOp, arg, frame, moreBytes)) {
      const empty = this.#arenas.take();
      if (empty === null) {
        this.#waiting.add(flow);
        return false;
      }
      this.#full.push(this.#filling);
      this.#filling = empty;
      empty.append(flow, frameOp, arg, frame, moreBytes);
    }
    this.#schedule();
    return true;
  }

  /** The same for the first `count` frames of a run; returns how many there was room for. */
  pushRun(flow: FrameOwner, run: FrameRun, count: number, frameOp: number, arg: number): number {
    let taken = this.#filling.appendRun(flow, frameOp, arg, run, run.first, count);
    while (taken < count) {
      const empty = this.#arenas.take();
      if (empty === null) {
        this.#waiting.add(flow);
        break;
      }
      this.#full.push(this.#filling);
      this.#filling = empty;
      taken += empty.appendRun(flow, frameOp, arg, run, run.first + taken, count - taken);
    }
    if (taken > 0) this.#schedule();
    return taken;
  }

  /**
   * A frame that is its own task, beside the lane's batches: it is large. Its arena, with
   * `roomBytes` each for input and output, is used for nothing else. False when there is no room:
   * the flow is woken later.
   */
  pushAlone(
    flow: FrameOwner,
    frame: Uint8Array,
    frameOp: number,
    arg: number,
    roomBytes: number,
  ): boolean {
    // Who waits longer comes first, or what needs much room would never get it.
    const batch = this.#waitingAlone.goBefore(flow) ? null : this.#arenas.takeAlone(roomBytes);
    if (batch === null) {
      this.#waitingAlone.add(flow);
      return false;
    }
    batch.append(flow, frameOp, arg, frame);
    batch.seal();
    if (this.#offloads) {
      void this.#attempts.process(batch, true).then(() => this.#deliver(batch));
    } else {
      setImmediate(() => {
        this.#kernel.processBatch(batch.control, batch.bytes);
        this.#deliver(batch);
      });
    }
    return true;
  }

  /**
   * To be called by a flow that was full and has room again. True in the delivery of a batch: it is
   * pumped after that, and what it adds lies together. Otherwise it would add a few frames for each
   * few of its own that are delivered, and flows that once lay between each other would do so for
   * ever, each run a system call of its destination.
   */
  pumpLater(flow: FrameOwner): boolean {
    if (this.#delivering) this.#toPump.push(flow);
    return this.#delivering;
  }

  /** A destination has collected output of the batch in delivery, to be flushed after it. */
  flushLater(flusher: BatchFlusher): void {
    this.#flushers.push(flusher);
  }

  /**
   * To be called in its delivery: the batch's memory is in use until unpin(), a destination writes
   * from it.
   */
  pin(batch: Batch): void {
    batch.pins++;
  }

  unpin(batch: Batch): void {
    if (--batch.pins > 0) return;
    this.#arenas.unpin(batch);
    this.#waiting.wake();
    this.#schedule();
  }

  readonly #dispatch = (): void => {
    this.#scheduled = false;
    if (this.#running) return;
    const batch = this.#takeNext();
    if (batch === null) return;
    batch.seal();
    const { count, runs } = batch;
    this.turnFrames = runs > 1 ? Math.max(MIN_TURN_FRAMES, count / runs) : Number.POSITIVE_INFINITY;
    if (this.#inline.admits(batch.inputBytes)) {
      this.#kernel.processBatch(batch.control, batch.bytes);
      this.#deliver(batch);
      this.#schedule();
    } else {
      this.#running = true;
      const handedOver = clockUs();
      batch.control[WORKED_US] = 0;
      void this.#attempts.process(batch, false).then(() => this.#finish(batch, handedOver));
    }
  };

  /** The batch whose turn it is; null when there is none, or no arena to fill in its place. */
  #takeNext(): Batch | null {
    const full = this.#full.shift();
    if (full !== undefined || this.#filling.count === 0) return full ?? null;
    const empty = this.#arenas.take();
    if (empty === null) return null;
    const batch = this.#filling;
    this.#filling = empty;
    return batch;
  }

  #finish(batch: Batch, handedOver: number): void {
    this.#running = false;
    this.#inline.sample({
      bytes: batch.inputBytes,
      waitedUs: usSince(handedOver, batch.control[BEGAN_US]),
      workedUs: batch.control[WORKED_US]!,
    });
    // The worker gets its next batch before the results of this one are looked at. One that is not
    // for the worker has to wait: it would be delivered at once, before this one.
    const next = this.#full[0] ?? this.#filling;
    if (!this.#inline.admits(next.inputBytes)) this.#dispatch();
    this.#deliver(batch);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running || this.idle) return;
    this.#scheduled = true;
    // After the poll phase: everything that this turn of the event loop read goes together.
    setImmediate(this.#dispatch);
  }

  #deliver(batch: Batch): void {
    const { flows, count } = batch;
    // Held while it is delivered: a destination may be done with it before the last frame is.
    batch.pins = 1;
    this.#delivering = true;
    let from = 0;
    while (from < count) {
      const flow = flows[from]!;
      let to = from + 1;
      while (to < count && flows[to] === flow) to++;
      try {
        flow.received(batch, from, to);
      } catch (error) {
        throwLater(error);
      }
      from = to;
    }
    for (const flusher of this.#flushers) {
      try {
        flusher.flush(batch);
      } catch (error) {
        throwLater(error);
      }
    }
    this.#flushers.length = 0;
    this.#delivering = false;
    for (const flow of this.#toPump) {
      try {
        flow.pump();
      } catch (error) {
        throwLater(error);
      }
    }
    this.#toPump.length = 0;
    const isAlone = batch.frameCapacity === 1;
    if (--batch.pins > 0) this.#arenas.pin(batch);
    else this.#arenas.giveBack(batch);
    if (isAlone) this.#waitingAlone.wake();
    else if (batch.pins === 0) this.#waiting.wake();
    this.#schedule();
  }
}
