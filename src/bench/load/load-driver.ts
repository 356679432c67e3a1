/** Decides when clients send: the closed model, the open one, or a replay. */
export interface LoadDriver {
  /** One of the client's requests has ended, by a reply or by its timeout. */
  onRequestEnded(clientIndex: number): void;
  /** All that was read in one go has been handled: the client may write. */
  onTurnEnd(clientIndex: number): void;
  /** The load begins at this moment of the thread's clock. */
  start(startUs: number): void;
  /** No request is sent any more that is not due already. */
  stop(): void;
  /** Time spent in waiting for the next due time while the thread looked busy, microseconds. */
  readonly spunUs: number;
}

/** Sends nothing. */
export const IDLE_DRIVER: LoadDriver = {
  onRequestEnded: () => undefined,
  onTurnEnd: () => undefined,
  start: () => undefined,
  stop: () => undefined,
  spunUs: 0,
};
