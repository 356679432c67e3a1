/** Words of the memory that a metronome shares with its thread. */
/** Counts the orders; the thread sleeps on it between two. */
export const ORDER = 0;
/** How long to sleep, microseconds; written before ORDER is raised. */
export const DELAY_US = 1;
/** Never changes: the thread's wait on it ends by its timeout alone. */
export const NEVER = 2;
export const WORDS = 3;

/** A delay that means: end. */
export const END = -1;
