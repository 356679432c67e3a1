import type { Random } from '../statistics/random.js';

/**
 * Uniform: equal gaps. Poisson: independent users, whose requests come in clusters now and then.
 */
export type Arrivals = 'uniform' | 'poisson';

/** A stretch of time in which the rate goes in a straight line from one value to another. */
export interface Stage {
  /** Infinity for a last stage that only a number of requests ends. */
  readonly durationMs: number;
  /** Requests a second. */
  readonly fromRate: number;
  readonly toRate: number;
}

/**
 * When requests of the open model are due. The k-th one is due when the area under the
 * rate has reached k (uniform), or a sum of k exponential steps (Poisson: a process of
 * changing rate is one of rate 1 on that area). The answer never depends on the server.
 */
export class RateArrivals {
  /** Microseconds since the start at which the next request is due; Infinity after the last. */
  nextUs = 0;
  readonly #stages: readonly Stage[];
  readonly #random: Random | null;
  #stage = 0;
  #stageStartUs = 0;
  /** Requests that are still to come before the next one, counted from the stage's start. */
  #area: number;

  constructor(stages: readonly Stage[], arrivals: Arrivals, phase: number, random: Random) {
    this.#stages = stages;
    this.#random = arrivals === 'poisson' ? random : null;
    this.#area = this.#random === null ? phase : this.#step();
    this.#locate();
  }

  /** Goes on to the next request. */
  advance(): void {
    this.#area += this.#step();
    this.#locate();
  }

  #step(): number {
    return this.#random === null ? 1 : -Math.log(1 - this.#random.nextUnit());
  }

  #locate(): void {
    for (;;) {
      const stage = this.#stages[this.#stage];
      if (stage === undefined) {
        this.nextUs = Number.POSITIVE_INFINITY;
        return;
      }
      const seconds = timeOfArea(stage, this.#area);
      if (seconds * 1_000 < stage.durationMs) {
        this.nextUs = this.#stageStartUs + seconds * 1e6;
        return;
      }
      this.#area -= areaOf(stage);
      this.#stageStartUs += stage.durationMs * 1_000;
      this.#stage++;
    }
  }
}

/** Requests that are due in a stage. */
function areaOf(stage: Stage): number {
  return ((stage.fromRate + stage.toRate) / 2) * (stage.durationMs / 1_000);
}

/** Seconds into the stage at which so many requests have become due; Infinity: not in it. */
function timeOfArea(stage: Stage, area: number): number {
  const { fromRate, toRate } = stage;
  if (area <= 0) return 0;
  if (fromRate === toRate) return fromRate > 0 ? area / fromRate : Number.POSITIVE_INFINITY;
  // area = fromRate * t + slope * t^2 / 2
  const slope = (toRate - fromRate) / (stage.durationMs / 1_000);
  const root = fromRate * fromRate + 2 * slope * area;
  return root < 0 ? Number.POSITIVE_INFINITY : (Math.sqrt(root) - fromRate) / slope;
}
