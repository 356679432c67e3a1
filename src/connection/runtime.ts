import { createIdStore } from '../../workers/id-store.js';
import type { Kernel } from '../../workers/kernel/kernel.js';
import { KERNELS, type WantedKernel } from '../../workers/kernel/select-kernel.js';
import { messageOf, SluiceError } from '../errors.js';
import type { Batch } from '../lane/batch.js';
import type { BatchRunner } from '../lane/batch-attempts.js';
import { Lane } from '../lane/lane.js';
import { mainKernel } from '../lane/main-kernel.js';
import { inlineBounds, OFFLOADS, type Offload } from '../lane/offload.js';
import { defaultThreads, WorkerPool } from '../lane/worker-pool.js';
import { MAX_THREADS } from '../limits.js';
import type { Logger } from '../log.js';
import {
  checkNames,
  choiceOption,
  loggerOption,
  numberOption,
  type OptionNames,
} from '../options/library-options.js';

export interface JsonRpcRuntimeOptions {
  /** Worker threads, each with a lane; default: cores minus one, at least one. */
  readonly threads?: number;
  /** `auto` takes the native kernel where it was built; default `auto`. */
  readonly kernel?: WantedKernel;
  /**
   * When messages are given to the worker threads: `adaptive` does what is little on the main
   * thread, `always` and `never` are for comparison; default `adaptive`.
   */
  readonly offload?: Offload;
  /** A pino logger that hears of failed workers; default: silent. */
  readonly log?: Logger;
}

const NAMES: OptionNames<JsonRpcRuntimeOptions> = {
  threads: true,
  kernel: true,
  offload: true,
  log: true,
};

/**
 * The worker threads and lanes that connections share. Threads without work do not keep the
 * process alive.
 */
export class JsonRpcRuntime {
  static #shared: JsonRpcRuntime | null = null;

  readonly #lanes: readonly Lane[];
  readonly #runner: PoolOrHere;
  #nextLane = 0;
  #closed = false;

  private constructor(options: JsonRpcRuntimeOptions) {
    checkNames(options, NAMES);
    const log = loggerOption(options.log);
    const wanted = choiceOption('kernel', options.kernel, KERNELS);
    const offload = choiceOption('offload', options.offload, OFFLOADS);
    const threads = numberOption('threads', options.threads, {
      fallback: defaultThreads(),
      min: 1,
      max: MAX_THREADS,
    });
    const ids = createIdStore();
    const { kernel } = mainKernel(wanted, ids);
    this.#runner = new PoolOrHere(kernel, () =>
      WorkerPool.start({ threads, kernel: wanted, ids, log }),
    );
    const lane = { runner: this.#runner, kernel, ...inlineBounds(offload, kernel), log };
    this.#lanes = Array.from({ length: threads }, () => new Lane(lane));
  }

  /**
   * A runtime of its own, whose threads have started.
   * @throws SluiceError SLUICE_ERR_WORKER_POOL when they cannot; SLUICE_ERR_KERNEL without the kernel that is wanted;
   * SLUICE_ERR_USAGE for a wrong option
   */
  static async start(options: JsonRpcRuntimeOptions = {}): Promise<JsonRpcRuntime> {
    const runtime = new JsonRpcRuntime(options);
    await runtime.#runner.start();
    return runtime;
  }

  /**
   * The one that connections use when none is given. Its threads start with the first
   * work that is worth a hand-over, and stay, idle, until the process ends.
   */
  static shared(): JsonRpcRuntime {
    JsonRpcRuntime.#shared ??= new JsonRpcRuntime({});
    return JsonRpcRuntime.#shared;
  }

  /** The lane of a new connection. @internal */
  nextLane(): Lane {
    if (this.#closed) {
      throw new SluiceError(
        'SLUICE_ERR_WORKER_POOL',
        'this runtime is closed; start another one for new connections',
      );
    }
    return this.#lanes[this.#nextLane++ % this.#lanes.length]!;
  }

  /**
   * Ends the threads. Connections that are still open go on, on the main thread alone; new ones
   * are refused. The shared runtime may be closed too: the next connection makes a new one.
   */
  async close(): Promise<void> {
    this.#closed = true;
    if (JsonRpcRuntime.#shared === this) JsonRpcRuntime.#shared = null;
    await this.#runner.close();
  }
}

/** Runs batches in a pool that starts when it is first needed, and here where there is none. */
class PoolOrHere implements BatchRunner {
  readonly #kernel: Kernel;
  readonly #startPool: () => Promise<WorkerPool>;
  #starting: Promise<WorkerPool | null> | null = null;
  #closed = false;

  constructor(kernel: Kernel, startPool: () => Promise<WorkerPool>) {
    this.#kernel = kernel;
    this.#startPool = startPool;
  }

  async start(): Promise<void> {
    const pool = await this.#startPool();
    this.#starting = Promise.resolve(pool);
  }

  async run(batch: Batch): Promise<void> {
    const pool = await this.#pool();
    if (pool === null) this.#kernel.processBatch(batch.control, batch.bytes);
    else await pool.run(batch);
  }

  async runBig(batch: Batch): Promise<void> {
    const pool = await this.#pool();
    if (pool === null) this.#kernel.processBatch(batch.control, batch.bytes);
    else await pool.runBig(batch);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const pool = await this.#starting;
    await pool?.close();
  }

  #pool(): Promise<WorkerPool | null> {
    if (this.#closed) return Promise.resolve(null);
    this.#starting ??= this.#startPool().catch((error: unknown) => {
      // Slower, but right: nothing is lost, and the warning says what to look at.
      process.emitWarning(`${messageOf(error)}; messages are processed on the main thread`, {
        code: 'SLUICE_ERR_WORKER_POOL',
      });
      return null;
    });
    return this.#starting;
  }
}
