import {
  ACTION_REFUSE,
  ARG,
  BAD_MESSAGE,
  FRAMING_NONE,
  HEADER_WORDS,
  ON_BAD_REPLY,
  OP,
  op,
  VERDICT,
} from '../../workers/batch-layout.js';
import type { Kernel } from '../../workers/kernel/kernel.js';
import { REFUSALS, WORKER_FAILED } from '../../workers/kernel/replies.js';
import {
  BATCH_ATTEMPTS,
  BATCH_BYTES_PER_FRAME,
  BIG_FRAME_BYTES,
  KEEP_LARGE_ARENA_MS,
  MAX_BATCH_BYTES,
  MAX_BATCH_FRAMES,
  MAX_PINNED_BATCHES,
  MAX_SPARE_BATCHES,
  MIN_BATCH_BYTES,
  SHRINK_AFTER_BATCHES,
} from '../limits.js';
import type { Logger } from '../log.js';
import { Batch, type FrameOwner } from './batch.js';

const WORKER_FAILED_REASON = Buffer.from(REFUSALS[WORKER_FAILED]!.message);
const NOTHING = Buffer.alloc(0);

/** Runs one batch on another thread; rejects when the thread that had it is gone. */
export interface BatchRunner {
  run(batch: Batch): Promise<void>;
  /** The same for a frame that goes alone: so that they never take all threads. */
  runBig(batch: Batch): Promise<void>;
}

/** Something that collects output and writes it when the batch has been delivered. */
export interface BatchFlusher {
  flush(batch: Batch): void;
}

export interface LaneOptions {
  readonly runner: BatchRunner;
  /** The main thread's kernel: for batches that are not worth a hand-over. */
  readonly kernel: Kernel;
  /** Bytes up to which a batch is processed here when the lane is idle; -1: never, Infinity: always. */
  readonly inlineBytes: number;
  readonly log: Logger;
}

/**
 * The ordered path between the main thread and the pool. One batch fills while
 * another one is being processed; the next one goes when that is back, so batches are
 * small when it is quiet and large under load, without timers.
 *
 *     push -> [filling] -> dispatch -> [running] -> deliver -> recycled
 *
 * Nothing here waits for a destination: a slow one pins its batch (the lane takes
 * another) or, when too many are pinned, is given a copy.
 *
 * Benchmark: bench/load.bench.ts.
 */
export class Lane {
  readonly #runner: BatchRunner;
  readonly #kernel: Kernel;
  readonly #inlineBytes: number;
  readonly #log: Logger;

  #batchBytes = MIN_BATCH_BYTES;
  #filling: Batch;
  readonly #spares: Batch[] = [];
  #aloneSpare: Batch | null = null;
  #aloneTimer: NodeJS.Timeout | null = null;
  #ranFull = false;
  #running = false;
  #scheduled = false;
  #pinned = 0;
  #quietBatches = 0;
  #waiting: FrameOwner[] = [];
  readonly #flushers: BatchFlusher[] = [];

  constructor(options: LaneOptions) {
    this.#runner = options.runner;
    this.#kernel = options.kernel;
    this.#inlineBytes = options.inlineBytes;
    this.#log = options.log;
    this.#filling = this.#newBatch();
  }

  /** True while nothing is filling or running. */
  get idle(): boolean {
    return !this.#running && this.#filling.count === 0;
  }

  /** True when a destination must copy what it cannot write at once, instead of pinning. */
  get mustCopy(): boolean {
    return this.#pinned >= MAX_PINNED_BATCHES;
  }

  /** Copies a frame into the filling batch; false when it is full: the flow is woken later. */
  push(flow: FrameOwner, frame: Uint8Array, frameOp: number, arg: number): boolean {
    if (!this.#filling.append(flow, frameOp, arg, frame)) {
      if (this.#filling.count > 0) {
        this.#wait(flow);
        return false;
      }
      // Nothing is in it that would make room by leaving: the arena itself is too small.
      this.#growFor(frame.length);
      this.#filling.append(flow, frameOp, arg, frame);
    }
    this.#schedule();
    return true;
  }

  /**
   * A frame that is its own task, beside the lane's batches: it is large, or an array. Its
   * arena, with `roomBytes` for output, is used for nothing else.
   */
  pushAlone(
    flow: FrameOwner,
    frame: Uint8Array,
    frameOp: number,
    arg: number,
    roomBytes: number,
  ): void {
    const batch = this.#takeAlone(roomBytes);
    batch.append(flow, frameOp, arg, frame);
    batch.seal();
    if (frame.length > this.#inlineBytes) {
      void this.#process(batch, true).then(() => this.#deliver(batch));
    } else {
      setImmediate(() => {
        this.#kernel.processBatch(batch.control, batch.bytes);
        this.#deliver(batch);
      });
    }
  }

  /** An arena for a frame that goes alone; one of the last large one, if it fits and is not too large. */
  #takeAlone(roomBytes: number): Batch {
    const spare = this.#aloneSpare;
    if (spare === null || spare.inputCapacity < roomBytes || roomBytes <= BIG_FRAME_BYTES) {
      return new Batch(roomBytes, 1);
    }
    this.#aloneSpare = null;
    return spare;
  }

  /** A destination has collected output of the batch in delivery, to be flushed after it. */
  flushLater(flusher: BatchFlusher): void {
    this.#flushers.push(flusher);
  }

  /** To be called in its delivery: the batch's memory is in use until unpin(), a destination writes from it. */
  pin(batch: Batch): void {
    batch.pins++;
  }

  unpin(batch: Batch): void {
    if (--batch.pins === 0) {
      this.#pinned--;
      this.#recycle(batch);
    }
  }

  readonly #dispatch = (): void => {
    this.#scheduled = false;
    if (this.#running || this.#filling.count === 0) return;
    const batch = this.#filling;
    this.#filling = this.#takeSpare();
    batch.seal();
    if (batch.inputBytes <= this.#inlineBytes) {
      this.#kernel.processBatch(batch.control, batch.bytes);
      this.#deliver(batch);
      this.#wake();
      this.#schedule();
    } else {
      this.#running = true;
      void this.#process(batch, false).then(() => this.#finish(batch));
      this.#wake();
    }
  };

  #finish(batch: Batch): void {
    this.#running = false;
    // The worker gets its next batch before the results of this one are looked at.
    if (this.#filling.inputBytes > this.#inlineBytes) this.#dispatch();
    this.#deliver(batch);
    this.#wake();
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled || this.#running || this.#filling.count === 0) return;
    this.#scheduled = true;
    // After the poll phase: everything that this turn of the event loop read goes together.
    setImmediate(this.#dispatch);
  }

  #wait(flow: FrameOwner): void {
    this.#ranFull = true;
    if (flow.waitsForLane) return;
    flow.waitsForLane = true;
    this.#waiting.push(flow);
  }

  /** There is an empty batch again: those that found it full come first, in their order. */
  #wake(): void {
    if (this.#waiting.length === 0) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const flow of waiting) {
      flow.waitsForLane = false;
      flow.pump();
    }
  }

  #takeSpare(): Batch {
    this.#adaptSize();
    const spare = this.#spares.pop();
    return spare?.inputCapacity === this.#batchBytes ? spare : this.#newBatch();
  }

  #newBatch(): Batch {
    const frames = Math.min(this.#batchBytes / BATCH_BYTES_PER_FRAME, MAX_BATCH_FRAMES);
    return new Batch(this.#batchBytes, frames);
  }

  /** Grows after a batch that ran full; shrinks after many that needed less than a quarter. */
  #adaptSize(): void {
    if (this.#ranFull) {
      this.#ranFull = false;
      this.#quietBatches = 0;
      this.#batchBytes = Math.min(this.#batchBytes * 4, MAX_BATCH_BYTES);
    } else if (this.#filling.inputBytes * 4 >= this.#batchBytes) {
      this.#quietBatches = 0;
    } else if (++this.#quietBatches >= SHRINK_AFTER_BATCHES) {
      this.#quietBatches = 0;
      this.#batchBytes = Math.max(this.#batchBytes / 4, MIN_BATCH_BYTES);
    }
  }

  /** An empty batch for a frame that is larger than the present one. */
  #growFor(frameBytes: number): void {
    while (this.#batchBytes < frameBytes) this.#batchBytes *= 4;
    this.#quietBatches = 0;
    this.#filling = this.#newBatch();
  }

  /**
   * Keeps the arena of a large frame for the next one: memory that is new has to be cleared page
   * by page, which takes longer than copying. Given back when none has come for a while.
   */
  #keepAlone(batch: Batch): void {
    if (batch.inputCapacity <= BIG_FRAME_BYTES) return;
    this.#aloneSpare = batch;
    this.#aloneTimer?.refresh();
    this.#aloneTimer ??= setTimeout(() => {
      this.#aloneSpare = null;
      this.#aloneTimer = null;
    }, KEEP_LARGE_ARENA_MS).unref();
  }

  #recycle(batch: Batch): void {
    batch.reset();
    if (batch.frameCapacity === 1) {
      this.#keepAlone(batch);
      return;
    }
    if (batch.inputCapacity === this.#batchBytes && this.#spares.length < MAX_SPARE_BATCHES) {
      this.#spares.push(batch);
    }
  }

  #deliver(batch: Batch): void {
    const { flows, count } = batch;
    // Held while it is delivered: a destination may be done with it before the last frame is.
    batch.pins = 1;
    let from = 0;
    while (from < count) {
      const flow = flows[from]!;
      let to = from + 1;
      while (to < count && flows[to] === flow) to++;
      flow.received(batch, from, to);
      from = to;
    }
    for (const flusher of this.#flushers) flusher.flush(batch);
    this.#flushers.length = 0;
    if (--batch.pins === 0) this.#recycle(batch);
    else this.#pinned++;
  }

  /** Settles when the batch is processed, whatever happens to workers. Never rejects. */
  async #process(batch: Batch, big: boolean): Promise<void> {
    for (let attempt = 1; attempt <= BATCH_ATTEMPTS; attempt++) {
      try {
        await (big ? this.#runner.runBig(batch) : this.#runner.run(batch));
        return;
      } catch (error) {
        this.#log.error(
          { err: error, frames: batch.count, attempt },
          'a worker failed; its batch runs again',
        );
      }
    }
    if (batch.count === 1) this.#setAside(batch);
    else await this.#processOneByOne(batch);
  }

  /** One of the frames may be what kills workers: each is tried alone, the others get through. */
  async #processOneByOne(batch: Batch): Promise<void> {
    for (let i = 0; i < batch.count; i++) {
      const alone = new Batch(batch.input(i).length, 1);
      alone.append(batch.flows[i]!, batch.word(i, OP), batch.word(i, ARG), batch.input(i));
      alone.seal();
      try {
        await this.#runner.run(alone);
      } catch (error) {
        this.#log.error({ err: error }, 'a message that ends workers is answered with an error');
        this.#setAside(alone);
      }
      batch.copyResult(i, alone);
    }
  }

  /** Answers the only message of a batch with an error, here: no worker survives it. */
  #setAside(batch: Batch): void {
    const wantsReply = batch.word(0, OP) >> 16 === ON_BAD_REPLY;
    batch.fail(WORKER_FAILED_REASON);
    if (!wantsReply) return;
    const arg = batch.word(0, ARG);
    batch.control[HEADER_WORDS + OP] = op(ACTION_REFUSE, FRAMING_NONE, ON_BAD_REPLY);
    batch.control[HEADER_WORDS + ARG] = WORKER_FAILED;
    try {
      this.#kernel.processBatch(batch.control, batch.bytes);
      batch.control[HEADER_WORDS + VERDICT] = BAD_MESSAGE;
    } catch (error) {
      // What ends workers may fail here too. Its id is out of reach, so nothing is answered.
      this.#log.error({ err: error }, 'a message that ends workers cannot be answered');
      batch.fail(NOTHING);
    }
    batch.control[HEADER_WORDS + ARG] = arg;
  }
}
