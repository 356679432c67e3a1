import type { Flow, FrameSource } from '../lane/flow.js';
import type { FrameSink } from '../transport/frame-sink.js';

/** What a connection needs of its transport. */
export interface Wire {
  /** What the reasons say before "JSON-RPC message". */
  readonly transport: '' | 'websocket ';
  /** How messages to it are told apart: a FRAMING_ constant. */
  readonly framing: number;
  readonly source: FrameSource;
  readonly sink: FrameSink;
  /** True when its frames end with the call that gives them, so that keeping means copying. */
  readonly lendsFrames: boolean;
  /** Begins to give frames to `incoming`. */
  start(incoming: Flow): void;
  /** Nobody wants what still comes in. */
  stopReading(): void;
  /** What leftOut() told was seen: reads on. */
  readOn(): void;
  /** Everything to be sent was sent; `code` says why nothing follows (a close code). */
  end(code: number): void;
}

/** What a wire tells its connection; never within its constructor. */
export interface WireEvents {
  /**
   * Nothing more comes in: regularly (null), or because of a failure. Frames given before may wait.
   */
  readEnded(why: string | null): void;
  /**
   * Bytes that cannot be a message were left out, behind the frames given so far. Reading waits for
   * readOn().
   */
  leftOut(why: string): void;
  /** Nothing more can be sent because of a failure. */
  writeFailed(why: string): void;
  /** Nothing more can be sent, and that is no failure: the other side has closed. */
  writeClosed(): void;
}
