import type { Flow, FrameSource } from '../lane/flow.js';
import type { Logger } from '../log.js';
import type { FrameSink } from '../transport/frame-sink.js';

/** A connection to a JSON-RPC server, whatever it runs as. */
export interface Upstream {
  /** Frames from it. */
  readonly source: FrameSource;
  /** Frames to it. */
  readonly sink: FrameSink;
  /** How frames to it are told apart: a FRAMING_ constant. */
  readonly framing: number;
  /**
   * Settles when it takes messages; null: it does from the start. Unsettled where it never will.
   */
  readonly opening: Promise<void> | null;
  /**
   * Sends one message that is in no batch, unframed, behind all that was given to the sink; the
   * bytes must not change afterwards. `sent`: they were accepted, or never will be.
   */
  sendOne(message: Uint8Array, sent?: () => void): void;
  /**
   * A request was given to the sink: it should say something. To be told of the first one; later
   * ones change nothing.
   */
  asked(): void;
  /** Begins to give its frames to `flow`, which ends when its output has ended. */
  start(flow: Flow): void;
  /** Tells it that nothing more will come, once everything given to the sink is written. */
  closeInput(): void;
  /** Nobody wants its output any more; it is read on and thrown away, so that it can end. */
  discardOutput(): void;
  /**
   * Sees to it that it ends: its input having been closed, it has `graceMs`, then is asked
   * (SIGTERM) and has `graceMs` again, then it is ended. Settles when it is gone.
   */
  stop(graceMs: number): Promise<void>;
}

/** How a process ended; both null where it is no process, or never was one. */
export interface UpstreamExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** Of a `ws://` server: 1006 where there was no close frame, or no connection at all. */
  readonly closeCode?: number;
}

export interface UpstreamEvents {
  /**
   * It is gone: exited, closed or never there. Output that it wrote may still come. `isRegular`: it
   * has ended by itself without a failure.
   */
  gone(reason: string, exit: UpstreamExit, isRegular?: boolean): void;
  /** Output that is no message was left out. */
  noise(reason: string): void;
  /** It sent a message above the limit, which cannot be delivered. */
  oversize(limitBytes: number): void;
}

/** Starts one upstream; failures come as events. `log`: names whose it is. */
export type UpstreamFactory = (events: UpstreamEvents, log: Logger) => Upstream;
