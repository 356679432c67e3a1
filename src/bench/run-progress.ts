import type { BenchOptions } from './options/bench-options.js';
import type { LiveSnapshot } from './report/live-panel.js';
import type { TimelinePoint } from './run-result.js';

/** A wait for the last replies that lasts longer is shown as such. */
const DRAIN_SHOWN_AFTER_MS = 1_000;

/** Length of a run as planned, drain excluded; Infinity where its requests bound it. */
export function plannedMs(options: BenchOptions): number {
  const measuredMs = options.durationMs ?? Number.POSITIVE_INFINITY;
  return options.rampMs + options.warmupMs + measuredMs;
}

/** Makes snapshots of a run for who watches it. */
export class RunProgress {
  readonly #options: BenchOptions;
  readonly #onSnapshot: (snapshot: LiveSnapshot) => void;
  #beganMs = 0;
  #draining: NodeJS.Timeout | null = null;
  #errors = 0;
  #sent = 0;
  #second = 0;

  constructor(options: BenchOptions, onSnapshot: (snapshot: LiveSnapshot) => void) {
    this.#options = options;
    this.#onSnapshot = onSnapshot;
  }

  connecting(): void {
    this.#withoutFigures('connecting', 0);
  }

  /** The load begins. */
  begin(): void {
    this.#beganMs = performance.now();
    this.#draining = setInterval(() => {
      const elapsedMs = this.#elapsedMs;
      if (elapsedMs > plannedMs(this.#options) + DRAIN_SHOWN_AFTER_MS)
        this.#withoutFigures('draining', elapsedMs);
    }, DRAIN_SHOWN_AFTER_MS);
  }

  /** A second of it is over. */
  add(point: TimelinePoint, isMeasured: boolean): void {
    this.#errors += point.errors;
    if (isMeasured) {
      this.#sent += point.requestsPerSecond * (point.second - this.#second);
      this.#second = point.second;
    }
    const { repliesPerSecond, p50Us, p99Us, inFlight } = point;
    this.#onSnapshot({
      ...{ repliesPerSecond, p50Us, p99Us, inFlight },
      elapsedMs: this.#elapsedMs,
      errors: this.#errors,
      doneShare: this.#doneShare,
      phase: isMeasured ? 'measuring' : 'warmup',
    });
  }

  end(): void {
    if (this.#draining !== null) clearInterval(this.#draining);
  }

  get #elapsedMs(): number {
    return performance.now() - this.#beganMs;
  }

  /** Null where time bounds the run. */
  get #doneShare(): number | null {
    const { requests } = this.#options;
    return requests === null ? null : Math.min(1, this.#sent / requests);
  }

  #withoutFigures(phase: LiveSnapshot['phase'], elapsedMs: number): void {
    const figures = { repliesPerSecond: 0, p50Us: 0, p99Us: 0, inFlight: 0 };
    this.#onSnapshot({ ...figures, phase, elapsedMs, errors: this.#errors, doneShare: null });
  }
}
