/**
 * After the end of a client's input: answers are waited for as long as something moves. Each time
 * that `--drain-timeout` has passed it looks whether anything has.
 */
export class DrainTimer {
  /** For a log or an exit: why what was in flight is waited for no more. */
  readonly reason: string;
  readonly #ms: number;
  readonly #position: () => string;
  readonly #onStalled: () => void;
  #timer: NodeJS.Timeout | null = null;
  #startedMs: number | null = null;

  /** `position`: differs when something was answered or read since it was last asked. */
  constructor(ms: number, position: () => string, onStalled: () => void) {
    this.#ms = ms;
    this.#position = position;
    this.#onStalled = onStalled;
    this.reason = `messages were not taken or answered within ${ms / 1000} s after the end of the input (--drain-timeout)`;
  }

  /** Answers are waited for. */
  get waits(): boolean {
    return this.#timer !== null;
  }

  /** How long it is since the input ended; 0 where it has not. */
  get waitedMs(): number {
    return this.#startedMs === null ? 0 : performance.now() - this.#startedMs;
  }

  /** The input has ended; nothing when it runs already. */
  start(): void {
    if (this.#timer !== null) return;
    this.#startedMs = performance.now();
    this.#wait(this.#position());
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #wait(before: string): void {
    this.#timer = setTimeout(() => {
      const now = this.#position();
      if (now === before) this.#onStalled();
      else this.#wait(now);
    }, this.#ms);
  }
}
