import type { MessageSink } from '../framing/message-sink.js';

/** Which of the failure counters a connection that did not come about belongs to. */
export type ConnectFailureKind = 'connect' | 'tls' | 'upgrade' | 'child';

/** A connection did not come about, or ended before its load began. The message is for the user. */
export class ConnectFailure extends Error {
  readonly kind: ConnectFailureKind;

  constructor(kind: ConnectFailureKind, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** How an established connection ended without having been asked to. */
export interface Ending {
  readonly kind: 'closed' | 'child-exit' | 'protocol-error';
  /** WebSocket close code (1006 without a close frame) or exit code / signal of a child. */
  readonly closeCode: string;
  readonly reason: string;
}

/**
 * What a connection tells its owner. For each chunk that is read: onChunk, then its
 * messages, then onChunkEnd, all in one turn.
 */
export interface ConnectionOwner extends MessageSink {
  /** The first call, before any chunk. */
  onOpened(connection: Connection): void;
  onChunk(bytes: number): void;
  onChunkEnd(): void;
  /** The transport takes bytes again after a write that returned false. */
  onWritable(): void;
  /** At most once, and not after close(). */
  onEnded(ending: Ending): void;
}

/** A byte stream to a server with a message framing on top. */
export interface Connection {
  /** Process to watch, where the server is a child of ours. */
  readonly pid: number | null;
  /**
   * Writes framed bytes. The buffer is free again after the call when `isWriteDone` is
   * true; else it belongs to the transport for good. False: wait for onWritable.
   */
  write(bytes: Buffer): boolean;
  readonly isWriteDone: boolean;
  /** Reading stops until resume(): for clients that are slow on purpose. */
  pause(): void;
  resume(): void;
  /** Ends the connection in the orderly way; settles when it is gone. */
  close(): Promise<void>;
}
