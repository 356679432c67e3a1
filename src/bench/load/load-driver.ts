/** Decides when clients send: the closed model, the open one, or a replay. */
export interface LoadDriver {
  /** One of the client's requests has ended, by a reply or by its timeout. */
  onRequestEnded(clientIndex: number): void;
  /** All that was read in one go has been handled: the client may write. */
  onTurnEnd(clientIndex: number): void;
  /** The load begins at this moment of the thread's clock. */
  start(startUs: number): void;
  /**
   * The measured time ended at this moment: sends what was due before it, then stops and settles.
   */
  finish(untilUs: number): Promise<void>;
  /** Nothing more is sent but what clients have in their backlog. */
  stop(): void;
  /** Time spent in waiting for the next due time while the thread looked busy, microseconds. */
  readonly spunUs: number;
}

/** Sends nothing. */
export const IDLE_DRIVER: LoadDriver = {
  onRequestEnded: () => undefined,
  onTurnEnd: () => undefined,
  start: () => undefined,
  finish: () => Promise.resolve(),
  stop: () => undefined,
  spunUs: 0,
};
