import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';
import { BEGAN_US } from '../../workers/batch-layout.js';
import type { BatchTask, BatchWorkerData } from '../../workers/batch-worker.js';
import { usSince } from '../../workers/clock.js';
import { messageOf, SluiceError } from '../errors.js';
import { BATCH_TIMEOUT_MS, POOL_START_TIMEOUT_MS } from '../limits.js';
import type { Logger } from '../log.js';
import { Batch } from './batch.js';
import type { BatchRunner } from './batch-attempts.js';

export interface WorkerPoolOptions {
  /** Worker threads. */
  readonly threads: number;
  readonly kernel: BatchWorkerData['kernel'];
  /** The id store (workers/id-store.ts) that all threads share. */
  readonly ids: Uint8Array;
  readonly log: Logger;
  /** The worker's module; tests give one that fails in a known way. */
  readonly worker?: URL;
  readonly batchTimeoutMs?: number;
  readonly startTimeoutMs?: number;
}

/**
 * Piscina loads a worker's module with require() where that can load ES modules, and a
 * thread that is terminated during that aborts the whole process (Node 20: "IsGraphAsync must
 * be used on an instantiated module"). Without the feature it is import(), which stands it.
 */
const NO_REQUIRE_OF_MODULES = process.allowedNodeEnvironmentFlags.has(
  '--experimental-require-module',
)
  ? ['--no-experimental-require-module']
  : [];

const BATCH_WORKER = new URL('../../workers/batch-worker.js', import.meta.url);

/** One for each core but the main thread's. */
export function defaultThreads(): number {
  return Math.max(1, availableParallelism() - 1);
}

interface PoolTask {
  /** When it was given to the pool, in ms of a clock that is never set. */
  readonly at: number;
  readonly control: Int32Array;
}

/**
 * The Piscina pool, and what it does not do by itself: a worker that hangs, and a pool
 * that has lost all its threads (a replacement that dies while it starts is not
 * replaced), lead to a new pool. The task in question rejects; its batch is still in
 * shared memory, and the lane runs it again.
 */
export class WorkerPool implements BatchRunner {
  readonly #threads: number;
  readonly #options: WorkerPoolOptions;
  readonly #batchTimeoutMs: number;
  #piscina: Piscina<BatchTask, void>;
  /** The tasks under way, in order of their start. */
  readonly #tasks = new Set<PoolTask>();
  #watch: NodeJS.Timeout | null = null;
  #replacing: Promise<void> | null = null;
  #closed = false;

  #bigRunning = 0;
  readonly #bigQueue: (() => void)[] = [];

  private constructor(options: WorkerPoolOptions) {
    this.#options = options;
    this.#threads = options.threads;
    this.#batchTimeoutMs = options.batchTimeoutMs ?? BATCH_TIMEOUT_MS;
    this.#piscina = this.#create();
  }

  /** A pool that has answered a first task. @throws SluiceError SLUICE_ERR_WORKER_POOL */
  static async start(options: WorkerPoolOptions): Promise<WorkerPool> {
    const pool = new WorkerPool(options);
    const timeoutMs = options.startTimeoutMs ?? POOL_START_TIMEOUT_MS;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    });
    const probe = new Batch(0, 1);
    probe.seal();
    try {
      await Promise.race([pool.#runOn(pool.#piscina, probe), timeout]);
      return pool;
    } catch (error) {
      await pool.close();
      throw new SluiceError(
        'SLUICE_ERR_WORKER_POOL',
        `the worker pool cannot start: ${messageOf(error)}; run "npm run build", or look at memory and thread limits`,
        { cause: error },
      );
    } finally {
      clearTimeout(timer);
    }
  }

  /**
   * Processes a sealed batch in place. Rejects when its worker died, hung or the pool is closed.
   */
  async run(batch: Batch): Promise<void> {
    // First: an arena that is used again has what a thread wrote there last.
    batch.control[BEGAN_US] = 0;
    await this.#replacing;
    if (this.#closed) throw new SluiceError('SLUICE_ERR_WORKER_POOL', 'the worker pool is closed');
    const task: PoolTask = { at: performance.now(), control: batch.control };
    this.#tasks.add(task);
    this.#watch ??= setInterval(this.#check, this.#batchTimeoutMs / 4);
    try {
      await this.#runOn(this.#piscina, batch);
    } catch (error) {
      if (this.#piscina.threads.length === 0) await this.#replace('it has no threads left');
      // Before that a thread of the old pool might still write on the batch.
      await this.#replacing;
      throw error;
    } finally {
      this.#tasks.delete(task);
      if (this.#tasks.size === 0) this.#stopWatching();
    }
  }

  /**
   * The same for a frame that goes alone; with two threads or more, one is left to the lanes'
   * batches.
   */
  async runBig(batch: Batch): Promise<void> {
    if (this.#bigRunning >= Math.max(1, this.#threads - 1)) {
      // Woken with the place of one that has ended.
      await new Promise<void>((resolve) => this.#bigQueue.push(resolve));
    } else {
      this.#bigRunning++;
    }
    try {
      await this.run(batch);
    } finally {
      const next = this.#bigQueue.shift();
      if (next === undefined) this.#bigRunning--;
      else next();
    }
  }

  /** Ends the threads. Tasks under way reject. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#stopWatching();
    await this.#replacing;
    await this.#piscina.destroy();
  }

  #create(): Piscina<BatchTask, void> {
    const { threads, kernel, ids, worker = BATCH_WORKER } = this.#options;
    const piscina = new Piscina<BatchTask, void>({
      filename: worker.href,
      minThreads: threads,
      maxThreads: threads,
      stricterFIFO: true,
      recordTiming: false,
      // Not the process's own: most of node's flags are refused for a thread.
      execArgv: NO_REQUIRE_OF_MODULES,
      workerData: { kernel, ids } satisfies BatchWorkerData,
    });
    // Errors of a task reject it; this event is for those of a worker without one.
    piscina.on('error', (error) =>
      this.#options.log.error({ err: error as unknown }, 'a worker failed'),
    );
    return piscina;
  }

  #runOn(piscina: Piscina<BatchTask, void>, batch: Batch): Promise<void> {
    return piscina.run({ memory: batch.memory, controlWords: batch.control.length });
  }

  /** Looks for tasks that do not end, while there are tasks. */
  readonly #check = (): void => {
    const tasks = [...this.#tasks];
    // Where no thread has begun with any, they hang before that.
    const begun = tasks.filter(({ control }) => control[BEGAN_US] !== 0);
    const ages = begun.map(({ control }) => usSince(control[BEGAN_US]!) / 1000);
    const oldest = tasks[0] === undefined ? 0 : performance.now() - tasks[0].at;
    const ageMs = begun.length > 0 ? Math.max(...ages) : oldest;
    if (ageMs >= this.#batchTimeoutMs) {
      void this.#replace(`a task has not ended for ${Math.round(ageMs)} ms`);
      return;
    }
    if (this.#piscina.threads.length === 0) void this.#replace('it has no threads left');
  };

  #stopWatching(): void {
    if (this.#watch !== null) clearInterval(this.#watch);
    this.#watch = null;
  }

  /** Ends the pool, so that its tasks reject, and makes a new one. */
  #replace(why: string): Promise<void> {
    this.#replacing ??= this.#replaceNow(why).finally(() => {
      this.#replacing = null;
    });
    return this.#replacing;
  }

  async #replaceNow(why: string): Promise<void> {
    if (this.#closed) return;
    this.#options.log.error({ why }, 'the worker pool is replaced');
    const old = this.#piscina;
    try {
      this.#piscina = this.#create();
    } catch (error) {
      // No thread, or no memory for one. Its tasks reject all the same; the next batch tries again.
      this.#options.log.error({ err: error }, 'a new worker pool cannot start');
    }
    await old.destroy();
  }
}
