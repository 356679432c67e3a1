import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';
import type { Kernel } from '../workers/kernel/kernel.js';
import { TRIM_HEAP_MS, YOUNG_CHECK_MS, YOUNG_GENERATION_BYTES } from './limits.js';

/**
 * That of Node 20, with which it was tried: later ones may take a growth by less than two for a
 * mistake.
 */
const V8_MAJOR = '11.';
const GROWS = '--semi-space-growth-factor=2';
const STAYS = '--semi-space-growth-factor=1';
const SWEEPS_ELSEWHERE = '--concurrent-array-buffer-sweeping';
const SWEEPS_HERE = '--no-concurrent-array-buffer-sweeping';

/**
 * Keeps the memory of the gateway's process where its load needs it, and what frees it from slowing
 * the main thread down:
 *
 * - What was freed the C library keeps for later; it goes back to the system.
 * - V8 lets the young generation grow to 32 MiB, in steps, for as long as something survives in it. Each message
 *   of a WebSocket client is an object there, with memory outside of it, so that is what the process grew by in
 *   its first minutes under load. It is about as fast with a quarter of that.
 * - That memory outside is freed by the thread that collects, not by another one: what that has freed,
 *   the main thread would have to fetch from its cache for the next message.
 *
 * For a process that is a gateway and nothing else: the last two are settings of all its threads.
 */
export class ProcessMemory {
  readonly #timers: readonly NodeJS.Timeout[];

  constructor(kernel: Kernel) {
    boundYoungGeneration();
    this.#timers = [
      setInterval(() => void kernel.trimHeap(), TRIM_HEAP_MS).unref(),
      setInterval(boundYoungGeneration, YOUNG_CHECK_MS).unref(),
    ];
  }

  /**
   * V8 goes back to its own ways; where another gateway is left in the process, that looks again.
   */
  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
    tellV8(SWEEPS_ELSEWHERE, GROWS);
  }
}

/** What V8 was told last; like the settings, one for the process, whoever told it. */
let toldLast = '';

/** V8 makes it smaller when it is quiet; it may grow again up to the bound. */
function boundYoungGeneration(): void {
  const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
  tellV8(SWEEPS_HERE, (young?.space_size ?? 0) >= YOUNG_GENERATION_BYTES ? STAYS : GROWS);
}

function tellV8(sweeping: string, growth: string): void {
  const flags = `${sweeping} ${growth}`;
  if (flags === toldLast || !process.versions.v8.startsWith(V8_MAJOR)) return;
  toldLast = flags;
  setFlagsFromString(flags);
}
