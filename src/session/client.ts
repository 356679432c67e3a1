import type { Batch } from '../lane/batch.js';
import type { Flow, FrameSource } from '../lane/flow.js';
import type { FrameSink } from '../transport/frame-sink.js';

/** A connected client, whatever it is connected through; made by a front end. */
export interface Client {
  /** For logs: a number that no other client has, and where it came from. */
  readonly label: string;
  /** Frames from it. */
  readonly source: FrameSource;
  /** Frames to it. */
  readonly sink: FrameSink;
  /** How frames to it are told apart: a FRAMING_ constant. */
  readonly framing: number;
  /** Begins to give its frames to `flow`. */
  start(flow: Flow): void;
  /** Sends an error reply of the gateway; the bytes are borrowed for the call. */
  reply(bytes: Uint8Array): void;
  /**
   * Sends the outputs of these `count` frames of a batch, without flow control: the caller looks at
   * heldBackBytes. A negative index means the message `own[~index]` in place of one in the batch.
   * Neither has framing; the bytes are borrowed for the call.
   */
  send(batch: Batch, frames: Int32Array, count: number, own?: readonly Uint8Array[]): void;
  /** The same for one message that is not in a batch. */
  sendOne(message: Uint8Array): void;
  /** Bytes that were sent and that the transport has not accepted yet. */
  readonly heldBackBytes: number;
  /**
   * Calls back once, when the transport has accepted everything or the client is gone; not within
   * this call.
   */
  onceRead(callback: () => void): void;
  /** Ends the connection from this side. */
  close(code: number, reason: string): void;
}

/** What a session does when its client is gone. */
export interface ClientSession {
  /**
   * The client will send nothing more. `gone`: it does not read any more either (a closed
   * WebSocket); otherwise (the end of standard input) it still waits for answers. `failure`
   * says what broke the connection, or why we have closed it; null when the client has.
   */
  clientEnded(gone: boolean, failure?: string | null): void;
}

/** Where front ends take their new clients. */
export interface ClientAcceptor {
  /** `address`: the client's IP address, where it has one. */
  accept(client: Client, address: string | null): ClientSession;
}
