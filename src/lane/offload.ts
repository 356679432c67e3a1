import type { Kernel } from '../../workers/kernel/kernel.js';
import { ASK_WORKERS_AGAIN_MS } from '../limits.js';

/**
 * Bytes up to which a batch costs less on the main thread than its hand-over to a worker that waits
 * for it (50 to 100 us), for each kernel. Chosen with bench/offload.bench.ts and under load.
 */
const ADAPTIVE_INLINE_BYTES = { native: 96 * 1024, portable: 8 * 1024 } as const;
/** Hand-overs whose median counts: one worker that was interrupted decides nothing. */
const SAMPLES = 5;

/** `--offload`, and the library's option: whether batches go to the workers. */
export const OFFLOADS = ['adaptive', 'always', 'never'] as const;
export type Offload = (typeof OFFLOADS)[number];

/**
 * Bytes up to which a batch is processed on the main thread; -1: never, Infinity: always, and a
 * frame that goes alone too.
 */
export interface InlineBounds {
  /** A batch, when the lane is idle. */
  readonly inlineBytes: number;
  /** The bound of a batch is higher while workers begin late. */
  readonly adaptive?: boolean;
}

/** What an idle lane processes on the main thread. */
export function inlineBounds(offload: Offload, kernel: Kernel): InlineBounds {
  if (offload === 'always') return { inlineBytes: -1 };
  if (offload === 'never') return { inlineBytes: Infinity };
  return { inlineBytes: ADAPTIVE_INLINE_BYTES[kernel.name], adaptive: true };
}

/** What one hand-over has shown. */
export interface HandOver {
  /** Of the batch's frames. */
  readonly bytes: number;
  /** Until the worker began. */
  readonly waitedUs: number;
  /** That the worker took for it. */
  readonly workedUs: number;
}

/**
 * The bound between the main thread and the workers, for a lane's batches. Where processors are
 * busy, a worker begins late, and what the main thread can do in that time it does itself. Each
 * hand-over tells how many bytes that were; of those the last few tell, the median is the bound, if
 * it is not below the one it began with. While it is above, a batch is handed over now and then, to
 * see.
 *
 * Benchmark: bench/offload.bench.ts (what it begins with), bench/peers.bench.ts.
 */
export class InlineBound {
  readonly #leastBytes: number;
  readonly #adaptive: boolean;
  #bytes: number;
  readonly #samples: number[] = new Array<number>(SAMPLES).fill(0);
  #next = 0;
  #lastSampleMs = 0;

  constructor({ inlineBytes, adaptive = false }: InlineBounds) {
    this.#leastBytes = inlineBytes;
    this.#bytes = inlineBytes;
    this.#adaptive = adaptive;
  }

  /** True: on the main thread. Once it is false, it stays false until a sample(). */
  admits(bytes: number, nowMs?: number): boolean {
    if (bytes <= this.#leastBytes) return true;
    if (bytes > this.#bytes) return false;
    return (nowMs ?? performance.now()) - this.#lastSampleMs < ASK_WORKERS_AGAIN_MS;
  }

  /** A batch is back from a worker. */
  sample({ bytes, waitedUs, workedUs }: HandOver, nowMs = performance.now()): void {
    if (!this.#adaptive || workedUs <= 0) return;
    this.#lastSampleMs = nowMs;
    this.#samples[this.#next] = (bytes * waitedUs) / workedUs;
    this.#next = (this.#next + 1) % SAMPLES;
    const median = [...this.#samples].sort((a, b) => a - b)[SAMPLES >> 1]!;
    this.#bytes = Math.max(this.#leastBytes, median);
  }
}
