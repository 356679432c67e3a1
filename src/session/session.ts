import {
  ACTION_PASS,
  KIND_REQUEST,
  KIND_RESPONSE,
  ON_BAD_REASON,
  ON_BAD_REPLY,
  op,
} from '../../workers/batch-layout.js';
import { messageOf } from '../errors.js';
import type { Batch } from '../lane/batch.js';
import { Flow, type FlowHandler } from '../lane/flow.js';
import type { Lane } from '../lane/lane.js';
import { LEAVE_GRACE_MS, STOP_GRACE_MS } from '../limits.js';
import type { Logger } from '../log.js';
import type { Upstream, UpstreamEvents, UpstreamFactory } from '../upstream/upstream.js';
import {
  CLOSE_MALFORMED,
  CLOSE_TOO_BIG,
  CLOSE_UPSTREAM_GONE,
  type Client,
  type ClientSession,
} from './client.js';
import { NoiseLog } from './noise-log.js';

/** One client, from its connection to the end of everything that was started for it. */
export interface Session extends ClientSession {
  /** Nothing is on its way in either direction, and no request waits for its answer. */
  readonly quiet: boolean;
  /** Closes the client, then ends what was started for it. */
  stop(code: number, reason: string): Promise<void>;
}

export interface SessionOptions {
  readonly client: Client;
  readonly lane: Lane;
  readonly upstream: UpstreamFactory;
  /** Close the client at its first bad message (1007) instead of answering it. */
  readonly disconnectOnMalformed: boolean;
  /** How long answers are waited for after the end of a stdio client's input. */
  readonly drainTimeoutMs: number;
  readonly log: Logger;
  /** Everything of it has ended. */
  readonly onEnded: () => void;
}

/**
 * Mode `session`: a server of its own for one client. Ids and bytes pass unchanged.
 *
 *     client.source -> toServer -> upstream.sink
 *     client.sink   <- toClient <- upstream.source
 */
export class PassThroughSession implements Session, UpstreamEvents {
  readonly #options: SessionOptions;
  readonly #client: Client;
  readonly #upstream: Upstream | null;
  readonly #toServer: Flow;
  readonly #toClient: Flow | null = null;
  readonly #noise: NoiseLog;
  #requests = 0;
  #replies = 0;
  #goneReason: string | null = null;
  #outputEnded = false;
  #inputEnded = false;
  #clientGone = false;
  #stopping: Promise<void> | null = null;
  #drainTimer: NodeJS.Timeout | null = null;

  constructor(options: SessionOptions) {
    this.#options = options;
    const { client, lane } = options;
    this.#client = client;
    this.#noise = new NoiseLog(options.log);
    this.#upstream = this.#startUpstream();
    const framing = this.#upstream?.framing ?? 0;
    this.#toServer = new Flow(
      lane,
      op(ACTION_PASS, framing, ON_BAD_REPLY),
      client.source,
      new ToServer(this),
    );
    client.start(this.#toServer);
    if (this.#upstream === null) return;
    this.#toClient = new Flow(
      lane,
      op(ACTION_PASS, client.framing, ON_BAD_REASON),
      this.#upstream.source,
      new ToClient(this),
    );
    this.#upstream.start(this.#toClient);
  }

  get quiet(): boolean {
    const pending = this.#toServer.ring.pending + (this.#toClient?.ring.pending ?? 0);
    return pending === 0 && this.#client.source.peek() === null && !this.#awaitsReplies;
  }

  clientEnded(gone: boolean): void {
    this.#clientGone = gone;
    if (gone) this.#upstream?.discardOutput();
    // What it sent before is still delivered; answers are waited for only if it can have them.
    this.#toServer.endOfSource();
    if (gone && this.#inputEnded) return;
    this.#drainTimer ??= setTimeout(
      () => void this.#stopUpstream(gone ? LEAVE_GRACE_MS : STOP_GRACE_MS),
      gone ? LEAVE_GRACE_MS : this.#options.drainTimeoutMs,
    );
  }

  async stop(code: number, reason: string): Promise<void> {
    this.#client.close(code, reason);
    this.#upstream?.closeInput();
    this.#upstream?.discardOutput();
    await this.#stopUpstream(STOP_GRACE_MS);
  }

  /** Counts what went to the server, and passes it on. */
  deliverToServer(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) if (batch.verdict(i) === KIND_REQUEST) this.#requests++;
    if (this.#upstream === null) flow.taken(to - from);
    else this.#upstream.sink.write(flow, batch, from, to);
  }

  deliverToClient(flow: Flow, batch: Batch, from: number, to: number): void {
    for (let i = from; i < to; i++) if (batch.verdict(i) >= KIND_RESPONSE) this.#replies++;
    this.#client.sink.write(flow, batch, from, to);
    if (this.#inputEnded && !this.#awaitsReplies) void this.#stopUpstream(STOP_GRACE_MS);
  }

  badFromClient(batch: Batch, index: number): void {
    if (batch.outputLength(index) > 0) this.#client.reply(batch.output(index));
    if (this.#options.disconnectOnMalformed)
      this.#client.close(CLOSE_MALFORMED, 'malformed message');
  }

  badFromServer(batch: Batch, index: number): void {
    this.noise(Buffer.from(batch.output(index)).toString('utf8'));
  }

  clientFlowEnded(): void {
    this.#inputEnded = true;
    this.#upstream?.closeInput();
    if (this.#clientGone) void this.#stopUpstream(LEAVE_GRACE_MS);
    else if (!this.#awaitsReplies) void this.#stopUpstream(STOP_GRACE_MS);
  }

  serverFlowEnded(): void {
    this.#outputEnded = true;
    void this.#stopUpstream(STOP_GRACE_MS);
    this.#closeWhenOver();
  }

  gone(reason: string): void {
    this.#goneReason ??= reason;
    this.#closeWhenOver();
  }

  noise(reason: string): void {
    this.#noise.add(reason);
  }

  oversize(limitBytes: number): void {
    const reason = `the server sent a message above ${limitBytes} bytes`;
    this.#options.log.error(reason);
    this.#goneReason ??= reason;
    this.#client.close(CLOSE_TOO_BIG, reason);
  }

  get #awaitsReplies(): boolean {
    return !this.#outputEnded && this.#requests > this.#replies;
  }

  #startUpstream(): Upstream | null {
    try {
      return this.#options.upstream(this);
    } catch (error) {
      this.#goneReason = `the server cannot be started: ${messageOf(error)}`;
      this.#outputEnded = true;
      // Not within accept(): the front end has to know the session first.
      queueMicrotask(() => {
        this.#closeWhenOver();
        void this.#stopUpstream(0);
      });
      return null;
    }
  }

  /** After the last answer was delivered, and it is known how the server ended. */
  #closeWhenOver(): void {
    if (!this.#outputEnded || this.#goneReason === null) return;
    this.#client.close(CLOSE_UPSTREAM_GONE, this.#goneReason);
  }

  #stopUpstream(graceMs: number): Promise<void> {
    this.#stopping ??= this.#stopUpstreamNow(graceMs);
    return this.#stopping;
  }

  async #stopUpstreamNow(graceMs: number): Promise<void> {
    await this.#upstream?.stop(graceMs);
    if (this.#drainTimer !== null) clearTimeout(this.#drainTimer);
    this.#noise.end();
    this.#options.onEnded();
  }
}

class ToServer implements FlowHandler {
  readonly #session: PassThroughSession;

  constructor(session: PassThroughSession) {
    this.#session = session;
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    this.#session.deliverToServer(flow, batch, from, to);
  }

  deliverNothing(): void {
    // ACTION_PASS writes something for every good frame.
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#session.badFromClient(batch, index);
  }

  ended(): void {
    this.#session.clientFlowEnded();
  }
}

class ToClient implements FlowHandler {
  readonly #session: PassThroughSession;

  constructor(session: PassThroughSession) {
    this.#session = session;
  }

  deliver(flow: Flow, batch: Batch, from: number, to: number): void {
    this.#session.deliverToClient(flow, batch, from, to);
  }

  deliverNothing(): void {
    // ACTION_PASS writes something for every good frame.
  }

  deliverBad(_flow: Flow, batch: Batch, index: number): void {
    this.#session.badFromServer(batch, index);
  }

  ended(): void {
    this.#session.serverFlowEnded();
  }
}
