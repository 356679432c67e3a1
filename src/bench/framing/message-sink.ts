/**
 * Takes the messages that a reader finds in a stream. The bytes [start, end) are
 * borrowed: they are overwritten once the call returns.
 */
export interface MessageSink {
  onMessage(bytes: Buffer, start: number, end: number): void;
  /**
   * The stream cannot be read on: what stands in it is not the framing. Called once, as the last.
   */
  onBroken(reason: string): void;
}

/** Splits a byte stream into messages, however it is cut into chunks. */
export interface MessageReader {
  push(chunk: Buffer, start: number, end: number): void;
}
