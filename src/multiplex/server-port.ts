import type { Batch } from '../lane/batch.js';
import type { Flow } from '../lane/flow.js';
import type { MethodNames } from '../session/method-names.js';
import type { IdentifiedMessage } from './client-request.js';
import type { Handshake } from './handshake.js';
import type { HandshakeWaiter } from './handshake-waiters.js';
import type { OpenDocuments } from './open-documents.js';
import type { RequestTable } from './request-table.js';
import type { ServerTokens } from './server-tokens.js';

/** What one client's session needs of the server that it shares with others. */
export interface ServerPort<Session> {
  readonly table: RequestTable;
  readonly handshake: Handshake;
  /** Progress tokens that the server has made. */
  readonly tokens: ServerTokens<Session>;
  /** Documents that clients have open. */
  readonly documents: OpenDocuments<Session>;
  /** Methods of clients that do not simply pass. */
  readonly specialMethods: MethodNames;
  /** Methods whose result is kept: `--handshake`. */
  readonly handshakeMethods: ReadonlySet<string>;
  /** How frames to it are told apart: a FRAMING_ constant. */
  readonly framing: number;
  join(session: Session): void;
  /** The client is gone: what it has in flight is cancelled. */
  leave(session: Session): void;
  /**
   * The client is gone, and the server has read all that it sent: the documents that it has open
   * are closed.
   */
  lastWord(session: Session): void;
  /**
   * Writes frames [from, to) with their outputs; requests among them are in flight from then on.
   * Answers with flow.taken(). While the server is down, they wait.
   */
  write(session: Session, flow: Flow, batch: Batch, from: number, to: number): void;
  /** The same for one message that is not as the worker wrote it; `id`: 0 when it is no request. */
  writeMessage(session: Session, flow: Flow, message: Uint8Array, id: number): void;
  /** A request that waits for the answer to another client's, in flight from now on. */
  awaitHandshake(waiter: HandshakeWaiter<Session>): void;
  /** The client does not want an answer to its request any more, and the server may give none. */
  requestCancelled(session: Session, id: number): void;
  /** Gives up a request that has had no answer for too long: it gets an error. */
  timeOut(session: Session, id: number): void;
  /** A client's answer to a request of the server. Answers with flow.taken(). */
  clientReply(session: Session, flow: Flow, reply: IdentifiedMessage, isError: boolean): void;
  /**
   * Answers a request of the server in place of a client's reply that is none; false when it was
   * not asked with that id text.
   */
  brokenClientReply(session: Session, id: string): boolean;
  /** What a client sent goes nowhere: a reply or a cancel that is not its business. */
  dropped(what: string): void;
}
