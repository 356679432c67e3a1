import {
  ACTION_REFUSE,
  ARG,
  BAD_MESSAGE,
  BEGAN_US,
  FRAMING_NONE,
  HEADER_WORDS,
  ID_HASH,
  ON_BAD_REPLY,
  OP,
  onBadOf,
  op,
  VERDICT,
} from '../../workers/batch-layout.js';
import type { Kernel } from '../../workers/kernel/kernel.js';
import { REFUSALS, WORKER_FAILED } from '../../workers/kernel/replies.js';
import { BATCH_ATTEMPTS, UNBEGUN_ATTEMPTS } from '../limits.js';
import type { Logger } from '../log.js';
import { Batch } from './batch.js';

const WORKER_FAILED_REASON = Buffer.from(REFUSALS[WORKER_FAILED]!.message);
const NOTHING = Buffer.alloc(0);

/**
 * Runs one batch on another thread; rejects when the thread that had it, or was to have it, is
 * gone. BEGAN_US of the batch is 0 then if no thread had begun with it.
 */
export interface BatchRunner {
  run(batch: Batch): Promise<void>;
  /** The same for a frame that goes alone: with two threads or more, one is left to the others. */
  runBig(batch: Batch): Promise<void>;
}

/** Has batches processed, whatever happens to workers. */
export class BatchAttempts {
  readonly #runner: BatchRunner;
  readonly #kernel: Kernel;
  readonly #log: Logger;

  /** `kernel`: the main thread's. */
  constructor(runner: BatchRunner, kernel: Kernel, log: Logger) {
    this.#runner = runner;
    this.#kernel = kernel;
    this.#log = log;
  }

  /**
   * Settles when the sealed batch is processed; `isBig`: its only frame goes alone. Never rejects.
   */
  async process(batch: Batch, isBig: boolean): Promise<void> {
    for (let attempt = 1; attempt <= BATCH_ATTEMPTS; attempt++) {
      try {
        await this.#run(batch, isBig);
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

  /**
   * Rejects when the worker that had begun with the batch is gone: for another's end the batch is
   * not to blame.
   */
  async #run(batch: Batch, isBig: boolean): Promise<void> {
    for (let attempt = 1; attempt <= UNBEGUN_ATTEMPTS; attempt++) {
      try {
        await (isBig ? this.#runner.runBig(batch) : this.#runner.run(batch));
        return;
      } catch (error) {
        if (batch.control[BEGAN_US] !== 0) throw error;
      }
    }
    this.#log.error(
      { frames: batch.count },
      'no worker takes a batch; the main thread processes it',
    );
    this.#kernel.processBatch(batch.control, batch.bytes);
  }

  /** One of the frames may be what kills workers: each is tried alone, the others get through. */
  async #processOneByOne(batch: Batch): Promise<void> {
    for (let i = 0; i < batch.count; i++) {
      // The bounds of an array's elements can take twice its length.
      const alone = new Batch(2 * batch.input(i).length, 1);
      alone.append(batch.flows[i]!, batch.word(i, OP), batch.word(i, ARG), batch.input(i));
      alone.seal();
      try {
        await this.#run(alone, false);
      } catch (error) {
        this.#log.error({ err: error }, 'a message that ends workers is answered with an error');
        this.#setAside(alone);
      }
      batch.copyResult(i, alone);
    }
  }

  /**
   * Answers the only message of a batch with an error, here: no worker survives it. It counts as
   * bad, with its id: if it was a reply, whoever waits for it gets an error.
   */
  #setAside(batch: Batch): void {
    const { control } = batch;
    const onBad = onBadOf(batch.word(0, OP));
    const arg = batch.word(0, ARG);
    control[HEADER_WORDS + OP] = op(ACTION_REFUSE, FRAMING_NONE, onBad);
    control[HEADER_WORDS + ARG] = WORKER_FAILED;
    // ACTION_REFUSE writes none, and an arena that is used again has another frame's.
    control[HEADER_WORDS + ID_HASH] = 0;
    try {
      this.#kernel.processBatch(control, batch.bytes);
      control[HEADER_WORDS + VERDICT] = BAD_MESSAGE;
      if (onBad !== ON_BAD_REPLY) batch.setOnlyOutput(WORKER_FAILED_REASON);
    } catch (error) {
      // What ends workers may fail here too. Its id is out of reach, so nothing is answered.
      this.#log.error({ err: error }, 'a message that ends workers cannot be answered');
      control.fill(0, HEADER_WORDS + VERDICT);
      control[HEADER_WORDS + VERDICT] = BAD_MESSAGE;
      batch.setOnlyOutput(onBad === ON_BAD_REPLY ? NOTHING : WORKER_FAILED_REASON);
    }
    control[HEADER_WORDS + ARG] = arg;
  }
}
