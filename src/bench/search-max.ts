import { MAX_FIND_STEPS } from './bench-limits.js';

/** The search ends when the bounds are so close: below that lies noise. */
const CLOSE_ENOUGH = 1.05;

/** One run of a search. */
export interface SearchStep {
  /** Requests a second that were asked for. */
  readonly rate: number;
  /** Whether it kept the limits. */
  readonly ok: boolean;
  /** No other rate can do better: the server was not reached. */
  readonly isHopeless?: boolean;
}

export interface SearchOutcome<Step extends SearchStep> {
  /** Every one that was tried, in the order in which it was tried. */
  readonly steps: readonly Step[];
  /** Requests a second of the highest step that kept the limits; null where none did. */
  readonly maxRate: number | null;
  /** Whether a second run at `maxRate` kept the limits too. */
  readonly confirmed: boolean;
  /** The search was ended before its time; `maxRate` is what was known by then. */
  readonly wasInterrupted: boolean;
}

/**
 * The highest rate that keeps the limits: doubling (or halving, where the first rate
 * is too much already) until one keeps and one breaks them, bisection between, and one
 * more run at what was found; at most MAX_FIND_STEPS runs in all. `attempt` runs one;
 * null where it was interrupted, which ends the search with what is known by then.
 *
 * The first rate that breaks the limits is tried twice: all that follows is below it, so
 * a hiccup of the machine there would make the answer wrong by far.
 */
export async function searchMax<Step extends SearchStep>(
  startRate: number,
  attempt: (rate: number) => Promise<Step | null>,
): Promise<SearchOutcome<Step>> {
  const steps: Step[] = [];
  let good = 0;
  let bad = Number.POSITIVE_INFINITY;
  let rate = startRate;
  const interrupted = (): SearchOutcome<Step> => ({
    steps,
    maxRate: good === 0 ? null : good,
    confirmed: false,
    wasInterrupted: true,
  });
  // The last step is the confirming run's.
  while (steps.length < MAX_FIND_STEPS - 1 && bad > good * CLOSE_ENOUGH && rate >= 1) {
    let step = await attempt(rate);
    if (step === null) return interrupted();
    steps.push(step);
    if (step.isHopeless === true) break;
    if (!step.ok && bad === Number.POSITIVE_INFINITY && steps.length < MAX_FIND_STEPS - 1) {
      step = await attempt(rate);
      if (step === null) return interrupted();
      steps.push(step);
    }
    if (step.ok) good = rate;
    else bad = rate;
    rate = nextRate(good, bad);
  }
  const wasInterrupted = false;
  if (good === 0) return { steps, maxRate: null, confirmed: false, wasInterrupted };
  const confirming = await attempt(good);
  if (confirming === null) return interrupted();
  steps.push(confirming);
  if (confirming.ok) return { steps, maxRate: good, confirmed: true, wasInterrupted };
  // It kept the limits once and broke them once: what is below it and kept them is safer to name.
  const lower = steps.filter((step) => step.ok && step.rate < good).map((step) => step.rate);
  const maxRate = lower.length > 0 ? Math.max(...lower) : good;
  return { steps, maxRate, confirmed: false, wasInterrupted };
}

function nextRate(good: number, bad: number): number {
  if (bad === Number.POSITIVE_INFINITY) return good * 2;
  return Math.floor(good === 0 ? bad / 2 : (good + bad) / 2);
}
