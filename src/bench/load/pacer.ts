import {
  CROWDED_SLEEP_US,
  CROWDED_US,
  FIRST_WAKE_COST_US,
  MAX_WAKE_COST_US,
  SHORTEST_SLEEP_US,
  TAKEN_OFF_US,
} from '../bench-limits.js';
import { Metronome } from './metronome.js';

/** Weight of the newest wake-up in what one is thought to cost. */
const NEWEST_WEIGHT = 1 / 16;

/**
 * Waits for the next due time of an open load, as exactly as the machine allows. Far
 * from it the thread sleeps (see Metronome), until a wake-up's measured cost before it;
 * the rest is spun through, reading sockets between the turns.
 *
 * Spinning is exact but looks like a hog to the scheduler: where other work wants the
 * core, a spinning thread is made to wait for milliseconds, and it takes the core from
 * the server. So once a turn was taken off the processor, the thread only sleeps for a
 * while, and what falls due in a sleep goes out together, some 0.1 ms late.
 */
export class Pacer {
  /** Time spun, microseconds: the thread was active, but had nothing to do. */
  spunUs = 0;
  /** Set by whoever did something in this turn: its time is work, not waiting. */
  wasBusy = true;
  readonly #turn: () => void;
  readonly #metronome: Metronome;
  #lastTurnUs = 0;
  #crowdedUntilUs = 0;
  /** When the ordered tick was to come; 0 where none is ordered. */
  #tickUs = 0;
  /** What a wake-up costs, and by how much that varies: running means. */
  #wakeCostUs = FIRST_WAKE_COST_US;
  #variationUs = 0;

  constructor(turn: () => void) {
    this.#turn = turn;
    this.#metronome = new Metronome(turn);
  }

  /** A turn begins. */
  onTurn(nowUs: number): void {
    if (this.#tickUs > 0) {
      const costUs = Math.min(MAX_WAKE_COST_US, Math.max(0, nowUs - this.#tickUs));
      const differenceUs = costUs - this.#wakeCostUs;
      this.#wakeCostUs += differenceUs * NEWEST_WEIGHT;
      this.#variationUs += (Math.abs(differenceUs) - this.#variationUs) * NEWEST_WEIGHT;
      this.#tickUs = 0;
    } else if (!this.wasBusy) {
      const spunUs = nowUs - this.#lastTurnUs;
      this.spunUs += spunUs;
      if (spunUs > TAKEN_OFF_US) this.#crowdedUntilUs = nowUs + CROWDED_US;
    }
    this.#lastTurnUs = nowUs;
    this.wasBusy = false;
  }

  /** Has the turn called again, at `dueUs` or a little before. */
  waitUntil(nowUs: number, dueUs: number): void {
    let sleepUs = dueUs - nowUs - this.#wakeCostUs - 2 * this.#variationUs;
    if (nowUs < this.#crowdedUntilUs) sleepUs = Math.max(sleepUs, CROWDED_SLEEP_US);
    if (sleepUs < SHORTEST_SLEEP_US || !this.#metronome.isReady) {
      setImmediate(this.#turn);
      return;
    }
    this.#tickUs = nowUs + sleepUs;
    this.#metronome.wakeAfter(sleepUs);
  }

  close(): void {
    this.#metronome.close();
  }
}
